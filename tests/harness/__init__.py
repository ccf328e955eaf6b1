"""harness - what every Python suite stands on: processes, a throwaway Redis, a whole cluster.

Layers, lowest first: waiting (conditions and deadlines), ports, process, scripts (the Lua texts),
throwaway (a Redis without files), model (replay of the event stream and the invariants I1-I5, I7),
web (an HTTP client that can send anything), statlog, render (configuration for other ports),
cluster (verbs over all of it). A suite imports what it needs by name; nothing here is global but
the register of logs that a failing test prints.
"""
