# Sourced by /init: reports what every endpoint says.
for name in ignition metadata generic cloud; do report_endpoint "$name"; done
