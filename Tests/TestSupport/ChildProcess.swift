import CLinux
import Glibc

/// A process that a test started, with what it prints kept in files that have no name. It ends at the latest when the
/// last reference to it goes.
package final class ChildProcess: Sendable {
    package let command: String
    package let pid: pid_t
    private let outputDescriptor: Int32
    private let errorDescriptor: Int32
    private let exit = Locked<Int32?>(nil)

    /// Starts a program, found through PATH, with its input empty and no descriptor inherited.
    package init(_ arguments: [String], environment: [String: String] = [:]) throws(TestFailure) {
        command = arguments.joined(separator: " ")
        outputDescriptor = try ChildProcess.makeNamelessFile()
        errorDescriptor = try ChildProcess.makeNamelessFile()
        do throws(TestFailure) {
            pid = try ChildProcess.spawn(
                arguments, environment: environment, output: outputDescriptor, errors: errorDescriptor)
        } catch {
            close(outputDescriptor)
            close(errorDescriptor)
            throw error
        }
    }

    deinit {
        stop()
        close(outputDescriptor)
        close(errorDescriptor)
    }

    /// What it printed so far.
    package var output: String { ChildProcess.contents(of: outputDescriptor) }
    package var errors: String { ChildProcess.contents(of: errorDescriptor) }

    /// The exit status once the process ended: 128 + the signal's number if one ended it.
    package var exitStatus: Int32? {
        exit.withLock { known in
            if known == nil {
                var status: Int32 = 0
                if unsafe waitpid(pid, &status, WNOHANG) == pid { known = clinux_exit_status(status) }
            }
            return known
        }
    }

    package var isRunning: Bool { exitStatus == nil }

    /// Sends a signal, unless the process is known to have ended.
    package func signal(_ number: Int32) {
        exit.withLock { known in
            if known == nil { Glibc.kill(pid, number) }
        }
    }

    /// Waits until the process ends by itself; blocks the calling thread.
    package func waitBlocking(atMost limit: Duration) throws(TestFailure) -> CommandResult {
        let deadline = ContinuousClock.now + limit
        while true {
            if let exitStatus {
                return CommandResult(command: command, status: exitStatus, output: output, errors: errors)
            }
            guard ContinuousClock.now < deadline else {
                stop()
                throw TestFailure("`\(command)` did not end within \(limit)\n\(output)\(errors)")
            }
            usleep(1000)
        }
    }

    /// Waits until the process ends by itself.
    package func wait(atMost limit: Duration = .seconds(30)) async throws -> CommandResult {
        try await onOwnThread { try self.waitBlocking(atMost: limit) }
    }

    /// Asks the process to end by SIGTERM, and kills it if it has not after `grace`. Returns when it is gone.
    package func stop(grace: Duration = .seconds(2)) {
        guard isRunning else { return }
        signal(SIGTERM)
        let deadline = ContinuousClock.now + grace
        while isRunning {
            if ContinuousClock.now >= deadline { signal(SIGKILL) }
            usleep(1000)
        }
    }

    /// Kills the process (SIGKILL) and returns when it is gone: before that it still holds its locks and its ports, and
    /// whoever is started in its place may find them taken.
    package func kill() {
        signal(SIGKILL)
        while isRunning { usleep(1000) }
    }

    private static func makeNamelessFile() throws(TestFailure) -> Int32 {
        var template = Array("/tmp/martlet-test-XXXXXX".utf8CString)
        let descriptor = unsafe mkstemp(&template)
        guard descriptor >= 0 else { throw TestFailure("no temporary file: errno \(errno)") }
        unsafe unlink(template)
        // A child must get it by the actions of `spawn`, not by accident.
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        return descriptor
    }

    private static func contents(of descriptor: Int32) -> String {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe pread(descriptor, &chunk, chunk.count, bytes.count)
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes.append(contentsOf: chunk[..<count])
        }
    }

    private static func spawn(
        _ arguments: [String], environment: [String: String], output: Int32, errors: Int32
    ) throws(TestFailure) -> pid_t {
        guard let program = arguments.first else { throw TestFailure("no program to start") }
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
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))

        var argv = unsafe arguments.map { unsafe strdup($0) as UnsafeMutablePointer<CChar>? } + [nil]
        defer { unsafe argv.forEach { unsafe free($0) } }
        var inherited: [String] = []
        var index = 0
        while let entry = unsafe environ[index] {
            unsafe inherited.append(String(cString: entry))
            index += 1
        }
        let overridden = inherited.filter { entry in !environment.keys.contains { entry.hasPrefix($0 + "=") } }
        let entries = overridden + environment.map { "\($0.key)=\($0.value)" }.sorted()
        var envp = unsafe entries.map { unsafe strdup($0) as UnsafeMutablePointer<CChar>? } + [nil]
        defer { unsafe envp.forEach { unsafe free($0) } }

        var pid: pid_t = 0
        let problem = unsafe posix_spawnp(&pid, program, &actions, &attributes, &argv, &envp)
        guard problem == 0 else { throw TestFailure("cannot start \(program): errno \(problem)") }
        return pid
    }
}
