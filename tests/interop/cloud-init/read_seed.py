"""cloud-init's own NoCloud data source on a kernel's command line: prints what it found, writes the files of a cloud-config, sets the host's name."""
import base64
import json
import logging
import os
import sys

os.environ["DEBUG_PROC_CMDLINE"], folder = sys.argv[1:3]

from cloudinit import cloud, distros, helpers, util  # noqa: E402
from cloudinit.config import cc_set_hostname, cc_write_files  # noqa: E402
from cloudinit.sources import DataSourceNoCloud as nocloud  # noqa: E402

paths = helpers.Paths({"cloud_dir": folder, "run_dir": folder})
config = {"datasource": {"NoCloud": {"fs_label": None}}}
distro = distros.fetch("debian")("debian", {}, paths)
distro.hostname_conf_fn = os.path.join(folder, "hostname")
source = nocloud.DataSourceNoCloudNet(config, distro, paths)
found = source._get_data()
parts = [part for part in source.get_userdata().walk() if part.get_content_maintype() != "multipart"] if found else []
for part in parts:
    if part.get_content_type() == "text/cloud-config":
        cc_write_files.write_files("files", util.load_yaml(part.get_payload(decode=True)).get("write_files"), "-1:-1")
# In a namespace of its own the name is nobody else's.
if found and len(sys.argv) > 3 and sys.argv[3] == "name":
    os.makedirs(os.path.join(folder, "data"), exist_ok=True)
    cc_set_hostname.handle("hostname", {}, cloud.Cloud(source, paths, {}, distro, None), logging.getLogger(), [])
print(json.dumps({
    "found": found,
    "instance": source.get_instance_id() if found else None,
    "hostname": str(source.metadata.get("local-hostname")) if found else None,
    "named": os.uname().nodename,
    "raw": base64.b64encode(source.get_userdata_raw() or b"").decode() if found else None,
    "vendor": (source.vendordata_raw or b"").decode() if found else None,
    "parts": [part.get_content_type() for part in parts],
}))
