flyteops apply -y
python - <<'END'
import sqlite3

with sqlite3.connect(".flyteops/registry.db") as database:
    database.execute("UPDATE meta SET value = '99' WHERE key = 'schema_version'")
END
