# Runs the bundled worker on this machine: workerd serve worker.capnp
#   esbuild worker.js --bundle --format=esm --conditions=workerd,worker,browser --outfile=bundle.js
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    # A deployed worker reaches public addresses only; here the stack stands on this machine.
    (name = "internet", network = (allow = ["public", "private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:8787", http = (), service = "main")],
);

const worker :Workerd.Worker = (
  modules = [(name = "bundle.js", esModule = embed "bundle.js")],
  compatibilityDate = "2026-01-01",
  compatibilityFlags = ["enable_request_signal"],
  bindings = [
    (name = "RPC_URL", fromEnvironment = "RPC_URL"),
    (name = "CHAIN", fromEnvironment = "CHAIN"),
    (name = "ORIGINS", fromEnvironment = "ORIGINS"),
  ],
);
