# The small Linux runs this script, for it has no Ignition. Change it, or the metadata in groups/, and boot again.
hostname {{.hostname}}
echo "{{.greeting}}"
echo "I am $(hostname), Linux $(uname -r), up for $(cut -d. -f1 /proc/uptime) s."
echo "I told the server: {{.request.raw_query}}"
