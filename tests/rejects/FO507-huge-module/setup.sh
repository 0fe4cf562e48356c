python -c 'open("src/words.py", "wb").truncate(65 << 20)'
