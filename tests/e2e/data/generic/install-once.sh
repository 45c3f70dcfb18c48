# Installs machine {{.request.query.mac}}, and reports it.
wget -q -O /tmp/install.img "{{.endpoint}}/assets/install.img"
dd if=/tmp/install.img of=/dev/vda bs=1M
blockdev --rereadpt /dev/vda
mount -t vfat /dev/vda1 /mnt
cat >/mnt/machine.cfg <<'END'
linux ($root)/vmlinuz console=ttyS0 guest.mode=installed-once guest.endpoint={{.endpoint}} "guest.query={{.request.raw_query}}&os=installed" "guest.report={{.matchbox_report_url}}"
END
umount /mnt
echo "@@report installed: $(wget -q -O - --post-data='state=installed&reason=written' '{{.matchbox_report_url}}')@@" >/dev/ttyS0
