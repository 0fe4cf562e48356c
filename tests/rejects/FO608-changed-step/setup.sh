flyteops run workflow/count --execution mine || test $? -eq 6
sed -i.before 's/return 1/return 2/' src/counting.py
