import CLinux
import Glibc

/// A program that runs in a process group of its own. When this value goes away, so does the whole group.
final class RunningProgram {
    private let pid: pid_t
    private let output: FileDescriptor
    private let errors: FileDescriptor
    /// Kept, since a process can be waited for only once.
    private var exit: CInt?

    init(_ arguments: [String], environment: [String: String]) throws(SystemError) {
        let outputPipe = try Pipe()
        let errorPipe = try Pipe()
        pid = try RunningProgram.spawn(
            arguments, environment: environment, output: outputPipe.write.rawValue, errors: errorPipe.write.rawValue)
        output = outputPipe.read
        errors = errorPipe.read
    }

    deinit {
        // Negative: the group. What the program started must not outlive it either.
        kill(-pid, SIGKILL)
        var status: CInt = 0
        if exit == nil { unsafe waitpid(pid, &status, 0) }
    }

    /// The exit status once the program has ended.
    func exitStatus() -> CInt? {
        if exit == nil {
            var status: CInt = 0
            if unsafe waitpid(pid, &status, WNOHANG) == pid { exit = clinux_exit_status(status) }
        }
        return exit
    }

    func readOutput(into bytes: inout [UInt8], atMost limit: Int) { drain(output.rawValue, into: &bytes, limit) }

    func readErrors(into bytes: inout [UInt8], atMost limit: Int) { drain(errors.rawValue, into: &bytes, limit) }

    /// Reads what is there now.
    private func drain(_ descriptor: CInt, into bytes: inout [UInt8], _ limit: Int) {
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while bytes.count < limit {
            let count = unsafe chunk.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            bytes.append(contentsOf: chunk[..<count])
        }
    }

    /// A pipe whose reading end does not wait.
    private struct Pipe: ~Copyable {
        let read: FileDescriptor
        let write: FileDescriptor

        init() throws(SystemError) {
            var ends: [CInt] = [-1, -1]
            guard unsafe pipe(&ends) == 0 else { throw .last("cannot create a pipe") }
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
            read = FileDescriptor(owning: ends[0])
            write = FileDescriptor(owning: ends[1])
        }
    }

    private static func spawn(
        _ arguments: [String], environment: [String: String], output: CInt, errors: CInt
    ) throws(SystemError) -> pid_t {
        guard let program = arguments.first else {
            throw SystemError("cannot start a program without name", code: EINVAL)
        }
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, output, 1)
        unsafe posix_spawn_file_actions_adddup2(&actions, errors, 2)
        unsafe clinux_spawn_close_from(&actions, 3)
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe posix_spawnattr_setsigmask(&attributes, &signals)
        unsafe posix_spawnattr_setpgroup(&attributes, 0)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP))

        var argv = unsafe arguments.map { unsafe strdup($0) as UnsafeMutablePointer<CChar>? } + [nil]
        defer { unsafe argv.forEach { unsafe free($0) } }
        let entries = environment.map { "\($0.key)=\($0.value)" }.sorted()
        var envp = unsafe entries.map { unsafe strdup($0) as UnsafeMutablePointer<CChar>? } + [nil]
        defer { unsafe envp.forEach { unsafe free($0) } }

        var pid: pid_t = 0
        let problem = unsafe posix_spawnp(&pid, program, &actions, &attributes, &argv, &envp)
        guard problem == 0 else { throw SystemError("cannot start \(program)", code: problem) }
        return pid
    }
}
