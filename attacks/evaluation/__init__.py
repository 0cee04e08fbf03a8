"""What attacks came to: kept in folders, counted, measured, checked again, compared, taken away.

saving       the folder of an attack, rows as they come
finished     a folder read again
reporting    the figures of rows
measuring    similarity, perplexity and grammar of what succeeded
verifying    every figure counted once more, with the victim asked again
comparing    several attacks side by side: tables, and a page
exporting    rows for other programs
"""
