# Sourced by /init: fetches this machine's configuration as an operating system would, and runs the part that is a script.
report_endpoint ignition
report_endpoint generic
sh /tmp/body-generic 2>&1 | block ran
