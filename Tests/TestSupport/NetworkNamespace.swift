import CLinux
import Glibc

/// A Linux network namespace that a test made, with its loopback up. It goes, with all interfaces in it, when
/// ``remove()`` is called or the last reference to it goes.
///
///     let router = try NetworkNamespace("router")
///     let node = try NetworkNamespace("node")
///     try node.connect("eth0", to: router, "eth0")
///     try node.ip("address add 192.0.2.2/24 dev eth0")
///     let bird = try router.start("bird", "-f", "-c", path, "-s", socket)
///     let result = try await node.run("ping", "-c", "1", "192.0.2.1")
///     let value = try await node.onThread { /* sockets and threads made here belong to the namespace */ }
///
/// Names begin with `mt-` and this process's id. Those that a dead process left behind are removed first.
package final class NetworkNamespace: Sendable {
    package let name: String
    private let isRemoved = Locked(false)

    /// Whether this process may make namespaces: what tests that need them are conditional on.
    package static var isPermitted: Bool { geteuid() == 0 }

    private static let count = Locked(0)
    private static let removedLeftovers: Void = {
        guard let list = try? Shell.run(["ip", "netns", "list"]) else { return }
        for line in list.lines {
            let name = line.prefix { $0 != " " }
            let parts = name.split(separator: "-")
            guard parts.count > 2, parts[0] == "mt", let pid = pid_t(parts[1]) else { continue }
            if kill(pid, 0) != 0, errno == ESRCH { _ = try? Shell.run(["ip", "netns", "delete", String(name)]) }
        }
    }()

    /// - Parameter label: told apart from others of the same label by a number.
    package init(_ label: String) throws {
        _ = NetworkNamespace.removedLeftovers
        let number = NetworkNamespace.count.withLock { count in
            count += 1
            return count
        }
        name = "mt-\(getpid())-\(number)-\(label)"
        try Shell.check(["ip", "netns", "add", name])
        try ip("link set lo up")
    }

    deinit { remove() }

    package func remove() {
        let wasRemoved = isRemoved.withLock { removed in
            defer { removed = true }
            return removed
        }
        if !wasRemoved { _ = try? Shell.run(["ip", "netns", "delete", name]) }
    }

    /// `ip -n NAME …`, the arguments separated by blanks. Throws unless it succeeds.
    @discardableResult package func ip(_ arguments: String) throws -> CommandResult {
        try Shell.check(["ip", "-n", name] + arguments.split(separator: " ").map(String.init))
    }

    /// Makes a veth pair: `interface` here, `otherInterface` in `other`; both up.
    package func connect(_ interface: String, to other: NetworkNamespace, _ otherInterface: String) throws {
        try ip("link add \(interface) type veth peer name \(otherInterface) netns \(other.name)")
        try ip("link set \(interface) up")
        try other.ip("link set \(otherInterface) up")
    }

    /// Makes a bridge here, up, that forwards at once.
    package func addBridge(_ bridge: String) throws {
        try ip("link add \(bridge) type bridge forward_delay 0 mcast_snooping 0")
        try ip("link set \(bridge) up")
    }

    /// Makes a veth pair between `interface` in `other` and a port of `bridge` here; both up.
    package func attach(_ interface: String, of other: NetworkNamespace, to bridge: String) throws {
        let port = NetworkNamespace.count.withLock { count in
            count += 1
            return "port\(count)"
        }
        try connect(port, to: other, interface)
        try ip("link set \(port) master \(bridge)")
    }

    /// Runs a command inside and waits for its end; whatever its exit status.
    package func run(_ command: String..., atMost limit: Duration = .seconds(30)) async throws -> CommandResult {
        try await start(command: command).wait(atMost: limit)
    }

    /// Starts a command inside; stop it by ``ChildProcess/stop(grace:)``. Its process id is the command's own.
    package func start(_ command: String...) throws -> ChildProcess { try start(command: command) }

    package func start(command: [String], environment: [String: String] = [:]) throws -> ChildProcess {
        try ChildProcess(["ip", "netns", "exec", name] + command, environment: environment)
    }

    /// Runs `body` on a thread of its own inside the namespace: sockets opened and threads started there belong to it.
    ///
    /// A thread that lives on in the namespace and wakes tasks may have to start a thread of the pool, which then is in
    /// the namespace as well: tests that start such threads have a process of their own in `Tests/run`, apart from those
    /// that open sockets of this process's own namespace.
    package func onThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        let path = "/var/run/netns/\(name)"
        return try await onOwnThread {
            let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw TestFailure("no namespace at \(path): errno \(errno)") }
            let problem = clinux_enter_network_namespace(descriptor)
            close(descriptor)
            guard problem == 0 else { throw TestFailure("cannot enter \(path): errno \(problem)") }
            return try body()
        }
    }

    /// A TCP socket inside, bound to `port` of 127.0.0.1 (0: any free one). Connections that it accepts are inside, too,
    /// whatever thread serves them.
    package func tcpSocket(boundTo port: Int) async throws -> CInt {
        try await onThread {
            let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
            guard descriptor >= 0 else { throw TestFailure("no socket: errno \(errno)") }
            var yes: CInt = 1
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = in_port_t(port).bigEndian
            address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
            let size = socklen_t(MemoryLayout<sockaddr_in>.size)
            let status = unsafe withUnsafePointer(to: &address) { pointer in
                unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<CInt>.size))
                return unsafe bind(descriptor, UnsafeRawPointer(pointer).assumingMemoryBound(to: sockaddr.self), size)
            }
            guard status == 0 else {
                defer { close(descriptor) }
                throw TestFailure("cannot bind to 127.0.0.1:\(port): errno \(errno)")
            }
            return descriptor
        }
    }
}
