fit = lambda rows: 1 / rows
