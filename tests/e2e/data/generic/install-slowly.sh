# Begins to install machine {{.request.query.mac}}; it would report at {{.matchbox_report_url}}.
dd if=/dev/zero of=/dev/vda bs=1M count=8
sync
echo "@@installing@@" >/dev/ttyS0
sleep 3600
