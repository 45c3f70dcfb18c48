# Sourced by /init: runs the real Ignition on an empty /sysroot and reports every file that it wrote, with its mode.
mount -t tmpfs sysroot /sysroot
mkdir -p /sysroot/etc/selinux /sysroot/home /sysroot/root /sysroot/run /sysroot/tmp
# The least that an operating system must bring so that users can be added and files relabelled.
echo 'root:x:0:0:root:/root:/bin/sh' >/sysroot/etc/passwd
echo 'root:x:0:' >/sysroot/etc/group
echo 'root:*:19000:0:99999:7:::' >/sysroot/etc/shadow
echo 'root:*::' >/sysroot/etc/gshadow
chmod 600 /sysroot/etc/shadow /sysroot/etc/gshadow
echo 'SELINUXTYPE=targeted' >/sysroot/etc/selinux/config

find /sysroot -type f | sort >/tmp/before

for stage in fetch-offline fetch kargs files; do
  if ! ignition --platform=metal --root=/sysroot --stage="$stage" --log-to-stdout >"/tmp/log-$stage" 2>&1; then
    block "failed:stage-$stage" <"/tmp/log-$stage"
    break
  fi
done
block log:fetch </tmp/log-fetch
find /sysroot -type f | sort | while read -r path; do
  grep -qxF "$path" /tmp/before && [ "$path" != /sysroot/etc/passwd ] && continue
  name=${path#/sysroot}
  value "mode:$name" "$(stat -c '%a %u:%g' "$path")"
  block "file:$name" <"$path"
done
