# Installs machine {{.request.query.mac}}: the image to the disk, and its configuration for the first boot from there. `report` is the
# examples' snippet, which stands before this.
report_failure_with /tmp/install.log
report installing 'eth0 is up'
wget -q -O /tmp/config.ign "{{.endpoint}}/ignition?{{.request.raw_query}}&os=installed"
wget -q -O /tmp/install.img "{{.endpoint}}/assets/install.img"
dd if=/tmp/install.img of=/dev/vda bs=1M
blockdev --rereadpt /dev/vda
mount -t vfat /dev/vda1 /mnt
cp /tmp/config.ign /mnt/config.ign
cat >/mnt/machine.cfg <<'EOF'
linux ($root)/vmlinuz console=ttyS0 guest.mode=installed guest.endpoint={{.endpoint}} "guest.query={{.request.raw_query}}&os=installed" "guest.report={{.matchbox_report_url}}"
EOF
umount /mnt
report installed
