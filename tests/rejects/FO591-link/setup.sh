ln -s ../src/words.py pipelines/words.yaml
git add -A
git commit --quiet -m link
