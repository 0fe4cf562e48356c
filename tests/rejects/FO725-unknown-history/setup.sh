flyteops apply -y
echo '  late: {function: "app:count"}' >> pipelines/two.yaml
git commit --quiet -am "Newer"
git clone --quiet --depth 1 "file://$PWD" .git/shallow
rm -rf .git/objects .git/refs .git/packed-refs .git/shallow.lock
mv .git/shallow/.git .git/clone
mv .git/clone/objects .git/clone/refs .git/clone/packed-refs .git/
mv .git/clone/shallow .git/shallow-file
rm -rf .git/shallow .git/clone .git/logs
mv .git/shallow-file .git/shallow
