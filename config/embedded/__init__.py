"""PostgreSQL, Valkey and the tracker's own processes under one supervisor, on one machine.

`python -m config.embedded run` starts everything; `exec` lends the engines to one command. Promises:

- Servers listen on Unix sockets in a 0700 directory, never on TCP, and ask for a random password.
- Started by root they run under an unprivileged account; no directory's mode is changed but our own.
- However the supervisor ends, kill -9 included, nothing it started outlives it by more than a few seconds.
- What cannot start says why in one line and exits with a status other than 0.
"""
