git branch twin
git commit --quiet --allow-empty --message=more
git tag twin
