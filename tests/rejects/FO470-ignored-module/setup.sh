echo "words.py" >> .gitignore
echo "not even Python (" > src/churn/words.py
