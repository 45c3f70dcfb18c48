/** What `bootcmd version` prints; a file of its own, since the program answers that without anything else. */

export function versionText(version: string): string {
  return `bootcmd Version: ${version}\nNode Version: ${process.version}\nNode OS/Arch: ${process.platform}/${process.arch}\n`;
}
