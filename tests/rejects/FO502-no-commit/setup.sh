rm -rf .git
git init --quiet
