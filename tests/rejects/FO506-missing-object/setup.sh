id=$(git rev-parse HEAD:src/words.py)
rm -f ".git/objects/$(echo "$id" | cut -c1-2)/$(echo "$id" | cut -c3-)"
