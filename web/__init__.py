"""The pages of the arena. Whatever they show comes from `arena`."""
