import Addresses
import BGP
import Glibc
import Logging
import NIOPosix
import NodeDecisions
import Speaker

/// A speaker with routes 10.0.0.0/32 and following, which takes orders from standard input.
struct BGPBenchmark {
    private let speaker: BGPSpeaker
    private let peers: [BGPPeerSettings]
    private let routes: Int

    private static let pause = Duration.milliseconds(3)

    /// `nil` if the arguments are not as they must be.
    init?(_ arguments: some Collection<String>) {
        let words = Array(arguments)
        let isFeeder = words.first == "feed"
        guard words.count == (isFeeder ? 4 : 5), isFeeder || words[0] == "speak",
            let local = try? IPAddress(words[1]), let first = (try? IPAddress(words[2]))?.v4,
            let count = isFeeder ? 1 : Int(words[3]), let routes = Int(words[words.count - 1]), count > 0, routes > 0
        else { return nil }
        self.routes = routes
        var logger = Logger(label: "bgp-benchmark")
        logger.logLevel = .error
        speaker = BGPSpeaker(eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: logger)
        peers = (0..<UInt32(count)).map { number in
            BGPPeerSettings(
                name: "peer\(number)",
                session: SessionConfiguration(
                    localASN: ASN(isFeeder ? 64514 : 64512), peerASN: .exactly(ASN(isFeeder ? 64512 : 64513)),
                    identifier: BGPIdentifier(local.v4 ?? first), families: [.ipv4], isPassive: !isFeeder),
                address: .v4(IPv4Address(rawValue: first.rawValue + number)), sourceAddress: local)
        }
    }

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await speaker.run() }
            announceAll()
            await speaker.apply(peers: peers)
            while let line = await Self.nextLine() { try await obey(line) }
            await speaker.shutdown()
            try await group.waitForAll()
        }
    }

    /// On a thread of its own: reading blocks.
    private static func nextLine() async -> String? {
        await withCheckedContinuation { answer in
            NIOThreadPool.singleton.submit { _ in answer.resume(returning: readLine()) }
        }
    }

    private func obey(_ line: String) async throws {
        let words = line.split(separator: " ")
        switch words.first {
        case "announce": announceAll()
        case "withdraw": change([])
        case "change":
            for number in 0..<(words.count > 1 ? Int(words[1]) ?? 0 : 0) {
                try await Task.sleep(for: Self.pause)
                // Another community each time, so that there is something to say.
                let attributes = RouteAttributes(communities: [Community(64512, UInt16(truncatingIfNeeded: number + 1))]
                )
                let moment = Self.nanoseconds()
                speaker.apply([.announce(prefix(number % routes), attributes, to: names)])
                print("change \(number % routes) \(moment)")
            }
            fflush(nil)
        default: print("unknown order: \(line)")
        }
    }

    private var names: Set<String> { Set(peers.map(\.name)) }

    private func announceAll() { change([RouteChange.Advertisement(attributes: RouteAttributes(), peers: names)]) }

    /// Some thousand at a time: a list of all would be larger than the table that it becomes.
    private func change(_ advertisements: [RouteChange.Advertisement]) {
        for start in stride(from: 0, to: routes, by: 10_000) {
            let numbers = start..<min(start + 10_000, routes)
            speaker.apply(numbers.map { RouteChange(prefix: prefix($0), advertisements: advertisements) })
        }
    }

    /// On the monotonic clock, which is the sink's too.
    private static func nanoseconds() -> Int {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }

    private func prefix(_ number: Int) -> IPPrefix {
        IPPrefix(host: .v4(IPv4Address(rawValue: 0x0A00_0000 + UInt32(number))))
    }
}
