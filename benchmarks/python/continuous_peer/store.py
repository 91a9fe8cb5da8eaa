"""The team's own tables beside MLflow: what was predicted, what became known, where the rollout stands."""

import json
import sqlite3
import threading

SCHEMA = """
create table if not exists predictions (id integer, t text, version integer, shadow integer, score real, ms real,
  error text, row text);
create index if not exists predictions_t on predictions (t);
create table if not exists rows (id integer primary key, t text, row text);
create index if not exists rows_t on rows (t);
create table if not exists labels (id integer primary key, t text, delayed integer);
create table if not exists state (name text primary key, value text);
"""


class Store:
    def __init__(self, path):
        self.connection = sqlite3.connect(path, check_same_thread=False)
        self.lock = threading.Lock()
        self.connection.executescript("pragma journal_mode=wal; pragma synchronous=normal;" + SCHEMA)

    def write(self, sql, rows):
        with self.lock, self.connection:
            self.connection.executemany(sql, rows)

    def read(self, sql, *args):
        with self.lock:
            return self.connection.execute(sql, args).fetchall()

    def state(self):
        return {name: json.loads(value) for name, value in self.read("select name, value from state")}

    def set_state(self, **values):
        self.write("insert or replace into state values (?, ?)", [(k, json.dumps(v)) for k, v in values.items()])
