flyteops run workflow/train --execution mine --input rows=3 || test $? -eq 6
