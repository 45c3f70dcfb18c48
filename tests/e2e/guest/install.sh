# Sourced by /init: runs the installer script that the server renders for this machine, then boots what it installed.
wget -q -O /tmp/install "$endpoint/generic?$query" || value failed:installer "cannot fetch $endpoint/generic?$query"
block body:generic </tmp/install
if sh -e /tmp/install >/tmp/install.log 2>&1; then
  echo "@@rebooting@@"
  sync
  drain
  reboot -f
fi
block failed:install </tmp/install.log
