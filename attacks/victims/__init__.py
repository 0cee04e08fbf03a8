"""The models that are attacked, by kind: `sklearn:FILE`, `hf:FOLDER-OR-NAME`."""
