// Failures of the operating system in the words that Go has for them (package syscall, zerrors_linux).

const texts: Readonly<Record<string, string>> = {
  E2BIG: 'argument list too long',
  EACCES: 'permission denied',
  EADDRINUSE: 'address already in use',
  EADDRNOTAVAIL: 'cannot assign requested address',
  EAFNOSUPPORT: 'address family not supported by protocol',
  EAGAIN: 'resource temporarily unavailable',
  EALREADY: 'operation already in progress',
  EBADF: 'bad file descriptor',
  EBADMSG: 'bad message',
  EBUSY: 'device or resource busy',
  ECANCELED: 'operation canceled',
  ECHILD: 'no child processes',
  ECONNABORTED: 'software caused connection abort',
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset by peer',
  EDEADLK: 'resource deadlock avoided',
  EDESTADDRREQ: 'destination address required',
  EDOM: 'numerical argument out of domain',
  EDQUOT: 'disk quota exceeded',
  EEXIST: 'file exists',
  EFAULT: 'bad address',
  EFBIG: 'file too large',
  EHOSTDOWN: 'host is down',
  EHOSTUNREACH: 'no route to host',
  EIDRM: 'identifier removed',
  EILSEQ: 'invalid or incomplete multibyte or wide character',
  EINPROGRESS: 'operation now in progress',
  EINTR: 'interrupted system call',
  EINVAL: 'invalid argument',
  EIO: 'input/output error',
  EISCONN: 'transport endpoint is already connected',
  EISDIR: 'is a directory',
  ELOOP: 'too many levels of symbolic links',
  EMFILE: 'too many open files',
  EMLINK: 'too many links',
  EMSGSIZE: 'message too long',
  EMULTIHOP: 'multihop attempted',
  ENAMETOOLONG: 'file name too long',
  ENETDOWN: 'network is down',
  ENETRESET: 'network dropped connection on reset',
  ENETUNREACH: 'network is unreachable',
  ENFILE: 'too many open files in system',
  ENOBUFS: 'no buffer space available',
  ENODATA: 'no data available',
  ENODEV: 'no such device',
  ENOENT: 'no such file or directory',
  ENOEXEC: 'exec format error',
  ENOLCK: 'no locks available',
  ENOLINK: 'link has been severed',
  ENOMEM: 'cannot allocate memory',
  ENOMSG: 'no message of desired type',
  ENOPROTOOPT: 'protocol not available',
  ENOSPC: 'no space left on device',
  ENOSR: 'out of streams resources',
  ENOSTR: 'device not a stream',
  ENOSYS: 'function not implemented',
  ENOTBLK: 'block device required',
  ENOTCONN: 'transport endpoint is not connected',
  ENOTDIR: 'not a directory',
  ENOTEMPTY: 'directory not empty',
  ENOTSOCK: 'socket operation on non-socket',
  ENOTSUP: 'operation not supported',
  ENOTTY: 'inappropriate ioctl for device',
  ENXIO: 'no such device or address',
  EOPNOTSUPP: 'operation not supported',
  EOVERFLOW: 'value too large for defined data type',
  EPERM: 'operation not permitted',
  EPIPE: 'broken pipe',
  EPROTO: 'protocol error',
  EPROTONOSUPPORT: 'protocol not supported',
  EPROTOTYPE: 'protocol wrong type for socket',
  ERANGE: 'numerical result out of range',
  EROFS: 'read-only file system',
  ESHUTDOWN: 'cannot send after transport endpoint shutdown',
  ESPIPE: 'illegal seek',
  ESRCH: 'no such process',
  ESTALE: 'stale NFS file handle',
  ETIME: 'timer expired',
  ETIMEDOUT: 'connection timed out',
  ETOOMANYREFS: 'too many references: cannot splice',
  ETXTBSY: 'text file busy',
  EWOULDBLOCK: 'resource temporarily unavailable',
  EXDEV: 'invalid cross-device link',
};

/** What `syscall.Errno` says for `ENOENT` and the like on Linux, or undefined where Go has no such error. */
export function errnoText(name: string): string | undefined {
  return Object.hasOwn(texts, name) ? texts[name] : undefined;
}

/** The name of the system error that an `Error` of Node carries (`ENOENT`), or undefined when it is not the system's. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** An error in Go's words where it is the system's, in its own otherwise. */
export function systemMessage(error: unknown): string {
  const text = errnoText(errnoOf(error) ?? '');
  return text ?? (error instanceof Error ? error.message : String(error));
}
