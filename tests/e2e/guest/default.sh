# Sourced by /init without guest.mode=: stands in for an operating system that takes its configuration from the network.
# Of the configuration it applies one thing, which the system would do as a service: it says so on the console.
url=$(argument flatcar.config.url)
if wget -q -O /tmp/config "$url"; then
  grep -o '[a-z0-9]* configured by Matchbox' /tmp/config
else
  value failed:configuration "cannot fetch $url"
fi
