import Addresses
import BFD
import Glibc
import SystemIO
import TestSupport
import Testing
import Timing
import WireCodec

/// The least that makes a session between two systems work on one hop: RFC 5881 over IPv4, on a thread of its own.
private final class SessionShell: Sendable {
    struct Transition: Sendable {
        let at: Instant
        let to: SessionState
        let diagnostic: Diagnostic
    }

    let transitions = Locked<[Transition]>([])
    let session: Locked<Session?> = Locked(nil)
    private let commands = Locked<[Session.Event]>([])
    private let isStopped = Locked(false)

    func command(_ event: Session.Event) { commands.withLock { $0.append(event) } }
    func stop() { isStopped.withLock { $0 = true } }

    var state: SessionState? { session.value?.state }

    func wait(for state: SessionState, atMost limit: Duration = .seconds(15)) async throws {
        let deadline = UptimeClock.now.advanced(by: limit)
        while self.state != state {
            guard UptimeClock.now < deadline else {
                throw TestFailure("not \(state) but \(self.state?.description ?? "nothing"): \(transitions.value)")
            }
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    /// The other system's first packets still carry the second that it had while it was down.
    func wait(forDetectionTime time: Duration) async throws {
        let deadline = UptimeClock.now.advanced(by: .seconds(15))
        while session.value?.detectionTime != time {
            guard UptimeClock.now < deadline else {
                throw TestFailure("never \(time): \(session.value.debugDescription)")
            }
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    /// Works until ``stop()``; on the calling thread, in its namespace.
    func run(peer: IPv4Address, _ configuration: SessionConfiguration) throws {
        let receiver = try SessionShell.open(option: IP_MINTTL)
        let sender = try SessionShell.open(option: IP_TTL)
        try unsafe SessionShell.call(bind, receiver.rawValue, .unspecified, port: Registry.singleHopPort)
        try unsafe SessionShell.call(bind, sender.rawValue, .unspecified, port: 50_000)
        try unsafe SessionShell.call(connect, sender.rawValue, peer, port: Registry.singleHopPort)
        var generator = SystemRandomNumberGenerator()
        var session = Session(configuration, at: UptimeClock.now, using: &generator)
        var buffer = [UInt8](repeating: 0, count: 256)
        func handle(_ event: Session.Event) {
            for action in session.handle(event, at: UptimeClock.now, using: &generator) {
                switch action {
                case .send(let packet):
                    var writer = ByteWriter()
                    packet.encode(into: &writer)
                    _ = unsafe send(sender.rawValue, writer.bytes, writer.count, 0)
                case .stateChanged(_, let to, let diagnostic):
                    let transition = Transition(at: UptimeClock.now, to: to, diagnostic: diagnostic)
                    transitions.withLock { $0.append(transition) }
                case .dropped: break
                }
            }
        }
        while !isStopped.value {
            for event in commands.withLock({ commands in
                defer { commands = [] }
                return commands
            }) { handle(event) }
            let wait = session.nextDeadline.map { UptimeClock.now.duration(to: $0) } ?? .milliseconds(5)
            var entry = pollfd(fd: receiver.rawValue, events: Int16(POLLIN), revents: 0)
            let milliseconds = max(0, min(5, Int32(wait.wholeNanoseconds / 1_000_000)))
            if unsafe poll(&entry, 1, milliseconds) == 1 {
                let count = unsafe recv(receiver.rawValue, &buffer, buffer.count, 0)
                if count > 0 {
                    var reader = ByteReader(buffer.span.extracting(0..<count))
                    // The kernel drops what arrives with a TTL below 255.
                    handle(.received(try ControlPacket(decoding: &reader), hopLimit: 255))
                }
            }
            handle(.deadlineReached)
            let now = session
            self.session.withLock { $0 = now }
        }
    }

    private static func open(option: Int32) throws -> FileDescriptor {
        let descriptor = FileDescriptor(owning: socket(AF_INET, CInt(SOCK_DGRAM.rawValue), 0))
        var value: CInt = 255
        guard unsafe setsockopt(descriptor.rawValue, CInt(IPPROTO_IP), option, &value, 4) == 0 else {
            throw TestFailure("no UDP socket: errno \(errno)")
        }
        return descriptor
    }

    private static func call(
        _ function: (CInt, UnsafePointer<sockaddr>, socklen_t) -> CInt, _ descriptor: CInt, _ address: IPv4Address,
        port: UInt16
    ) throws {
        var socketAddress = sockaddr_in()
        socketAddress.sin_family = sa_family_t(AF_INET)
        socketAddress.sin_port = port.bigEndian
        unsafe withUnsafeMutableBytes(of: &socketAddress.sin_addr) { unsafe $0.copyBytes(from: address.octets) }
        let result = unsafe withUnsafePointer(to: &socketAddress) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe function(descriptor, $0, 16) }
        }
        guard result == 0 else { throw TestFailure("\(address) port \(port): errno \(errno)") }
    }
}

/// Two namespaces with a wire between them, and a folder for the daemon's files.
private final class Pair: Sendable {
    let ours: NetworkNamespace
    let theirs: NetworkNamespace
    let folder: String

    init() throws {
        ours = try NetworkNamespace("ours")
        theirs = try NetworkNamespace("theirs")
        try ours.connect("e0", to: theirs, "e0")
        try ours.ip("address add 192.0.2.1/24 dev e0")
        try theirs.ip("address add 192.0.2.2/24 dev e0")
        folder = String(try Shell.check(["mktemp", "-d"]).output.dropLast())
    }

    deinit { _ = try? Shell.run(["rm", "-rf", folder]) }

    func write(_ text: String, to name: String) throws {
        let path = "\(folder)/\(name)"
        try FileDescriptor(path: path, flags: O_WRONLY | O_CREAT | O_TRUNC, mode: 0o644).write(
            Array(text.utf8), to: path)
    }
}

@Suite("Sessions with other implementations", .enabled(if: NetworkNamespace.isPermitted, "needs root"), .serialized)
struct SessionInteroperationTests {
    static let configuration = SessionConfiguration(
        localDiscriminator: 0x1234_5678, desiredMinTxInterval: .milliseconds(50),
        requiredMinRxInterval: .milliseconds(60), detectMultiplier: 4)

    @Test("With BIRD: up, polls answered both ways, down both ways, back after a restart")
    func bird() async throws {
        let pair = try Pair()
        try pair.write(
            """
            router id 192.0.2.2;
            protocol device {}
            protocol bfd b { interface "e0" { interval 70 ms; multiplier 3; }; neighbor 192.0.2.1 dev "e0"; }
            """, to: "bird.conf")
        let control = "\(pair.folder)/bird.ctl"
        func start() throws -> ChildProcess {
            try pair.theirs.start("bird", "-f", "-c", "\(pair.folder)/bird.conf", "-s", control)
        }
        func sessions() throws -> String {
            try Shell.check(["birdc", "-s", control, "show", "bfd", "sessions"]).output
        }
        try await withShell(pair) { shell in
            var bird = try start()
            try await shell.wait(for: .up)
            try await Task.sleep(for: .seconds(1))
            let session = try #require(shell.session.value)
            // BIRD requires what it desires; our poll ended, so the interval is the one of both.
            #expect(session.transmitInterval == .milliseconds(70))
            #expect(session.detectionTime == .milliseconds(210))
            #expect(try sessions().contains("Up"))
            // BIRD counts with our 50 ms, its 70 ms and our multiplier of four.
            #expect(try sessions().contains("0.280"))

            // A longer interval takes effect when BIRD has answered the poll.
            var slower = SessionInteroperationTests.configuration
            slower.desiredMinTxInterval = .milliseconds(200)
            shell.command(.reconfigured(slower))
            try await Task.sleep(for: .seconds(1))
            #expect(shell.session.value?.transmitInterval == .milliseconds(200))
            #expect(try sessions().contains("0.800"))

            shell.command(.administrativelyDisabled)
            try await Task.sleep(for: .milliseconds(100))
            #expect(try sessions().contains("Down"))
            shell.command(.administrativelyEnabled)
            try await shell.wait(for: .up)

            try await shell.wait(forDetectionTime: .milliseconds(210))
            let moment = UptimeClock.now
            bird.signal(SIGKILL)
            try await shell.wait(for: .down)
            let took = moment.duration(to: try #require(shell.transitions.value.last).at)
            print("BFD: BIRD killed, detected after \(took.inSeconds) s")
            #expect(took > .milliseconds(130) && took < .milliseconds(260))
            #expect(shell.session.value?.diagnostic == .controlDetectionTimeExpired)
            bird = try start()
            try await shell.wait(for: .up)
            bird.stop()
        }
    }

    @Test("With FRR: up, polls answered both ways, down both ways")
    func frr() async throws {
        let pair = try Pair()
        try Shell.check(["chmod", "777", pair.folder])
        try pair.write(
            """
            bfd
             peer 192.0.2.1 interface e0
              receive-interval 60
              transmit-interval 70
              detect-multiplier 4
             !
            !

            """, to: "frr.conf")
        let common = ["-z", "\(pair.folder)/zserv", "--vty_socket", pair.folder, "-A", "127.0.0.1"]
        let zebra = try pair.theirs.start(command: ["/usr/lib/frr/zebra", "-i", "\(pair.folder)/zebra.pid"] + common)
        defer { zebra.stop() }
        try await Task.sleep(for: .seconds(1))
        let bfdd = try pair.theirs.start(
            command: [
                "/usr/lib/frr/bfdd", "-i", "\(pair.folder)/bfdd.pid", "-f", "\(pair.folder)/frr.conf", "--bfdctl",
                "\(pair.folder)/bfdd.sock",
            ] + common)
        defer { bfdd.stop() }
        try await withShell(pair) { shell in
            try await shell.wait(for: .up)
            try await Task.sleep(for: .seconds(1))
            let session = try #require(shell.session.value)
            #expect(session.transmitInterval == .milliseconds(60))
            #expect(session.detectionTime == .milliseconds(280))
            #expect(session.remoteState == .up && session.remoteDetectMultiplier == 4)

            shell.command(.administrativelyDisabled)
            try await Task.sleep(for: .milliseconds(500))
            shell.command(.administrativelyEnabled)
            try await shell.wait(for: .up)
            try await shell.wait(forDetectionTime: .milliseconds(280))
            let moment = UptimeClock.now
            bfdd.signal(SIGKILL)
            try await shell.wait(for: .down)
            let took = moment.duration(to: try #require(shell.transitions.value.last).at)
            print("BFD: FRR killed, detected after \(took.inSeconds) s")
            #expect(took > .milliseconds(200) && took < .milliseconds(330))
        }
    }

    /// Runs a shell while `body` looks at it.
    private func withShell(_ pair: Pair, _ body: (SessionShell) async throws -> Void) async throws {
        let shell = SessionShell()
        async let running: Void = pair.ours.onThread {
            try shell.run(peer: IPv4Address(192, 0, 2, 2), SessionInteroperationTests.configuration)
        }
        do {
            try await body(shell)
            shell.stop()
        } catch {
            shell.stop()
            try await running
            throw error
        }
        try await running
    }
}
