# Sourced by /init: reports what the installer left on the disk, and asks the server as the installed system does.
mount -t vfat -o ro /dev/vda1 /mnt
block disk:config.ign </mnt/config.ign
block disk:machine.cfg </mnt/machine.cfg
umount /mnt
report_endpoint ignition
report_endpoint metadata
report=$(argument guest.report)
wget -q -O /dev/null "$report?state=running" || value failed:report "cannot report to $report"
