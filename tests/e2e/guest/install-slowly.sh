# Sourced by /init: an installation that is never at its end.
wget -q -O /tmp/install "$endpoint/generic?$query" || value failed:installer "cannot fetch $endpoint/generic?$query"
sh -e /tmp/install
