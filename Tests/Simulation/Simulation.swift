import Addresses
import LinkLayer
import TestSupport
import Timing

@testable import NodeDecisions

/// Many speakers on one segment, a client, and whatever a story does to them.
package struct Simulation {
    enum Happening {
        case frame([UInt8], to: Int)
        case datagram([UInt8], from: Int, source: IPAddress, to: Int)
        case event(SpeakerCore.Event, to: Int)
        case updated(SpeakerUpdate, to: Int)
        case toClient([UInt8])
        case toHost([UInt8], Int)
        /// The step of the story with this number.
        case step(Int)
        case starts(Int)
        case isGone(Int)
        case resumes(Int)
        case thaws(Int)
        case linkUp(Int)
        case unites
        case hears(Int, Int)
        case multicastPasses
        case lossEnds
        case hostLeaves(Int)
        case hostSends(Int, every: Duration)
        case forges(Forgery, left: Int, every: Duration)
        case sends(Recorded)
        case echoEnds
        /// All that was done is undone.
        case turmoilEnds
        case looks
    }

    /// Something that was on the wire.
    struct Recorded {
        var time: Instant
        /// The node that sent it.
        var from: Int
        var octets: [UInt8]
        /// Of a liveness packet: its source.
        var source: IPAddress?
    }

    struct Holding: Hashable {
        var node: Int
        var address: IPAddress
    }

    let story: Story
    let setting: Setting
    let traces: Bool
    var now = Instant.zero
    var nodes: [SimulatedNode] = []
    var client = SimulatedClient()
    var hosts: [Int: SimulatedHost] = [:]
    var hostsMade = 0
    var generator: SeededGenerator
    var queue = EventQueue<Happening>()
    var deadlines = DeadlineQueue<Int>()
    var clientDue: Instant?
    /// Speakers' events stay in order, and so do the frames from one station to another.
    var lastEvent: [Instant]
    var lastArrival: [Instant]
    /// When a liveness packet of the second last reached the first.
    var lastHeard: [Instant]
    /// When the first began to count the second among the living.
    var gained: [Instant]
    var lastUpdates: [Instant]

    // How the world is.
    var isRunning: [Bool]
    var isLeaving: [Bool]
    var isPaused: [Bool]
    var waiting: [[Happening]]
    var isLinkUp: [Bool]
    /// The part of the segment that a node is in; the last is the client's.
    var part: [Int]
    /// Frames of the one do not reach the other.
    var deafTo: Set<[Int]> = []
    /// Liveness packets do not pass.
    var isMulticastBroken = false
    var loss = 0.0
    var cordoned: Set<Int> = []
    var services: Set<Int>
    /// How late everything comes again.
    var echo: Duration?
    /// Addresses that have moved where the client could not hear it.
    var unheardOf: Set<IPAddress> = []
    /// All that was sent, if the story needs it.
    var tape: [Recorded] = []
    var everNew = 0
    let end: Instant

    /// The nodes that something happened to since they were looked at.
    var touched: [Int] = []

    // What is checked.
    var doubles: DoubleWatch
    var service: ServiceWatch
    var frames: FrameWatch
    private var verdictViolations: [Violation] = []

    // What is counted.
    package private(set) var log: [String] = []
    package private(set) var digest: UInt64 = 0xCBF2_9CE4_8422_2325
    package internal(set) var moves = 0
    var owner: [Int: Int] = [:]
    /// Since when each node holds each address.
    var heldSince: [Holding: Instant] = [:]
    /// How many addresses each node holds.
    package var shares: [Int] { nodes.map(\.held.count) }
    package var framesSent: Int { nodes.map(\.framesSent).reduce(0, +) }
    /// How long two owners that heard each other were two at most.
    package var longestDouble: Duration { doubles.longest }
    /// How long a client was not served at most that could have been, where one thing alone had gone wrong.
    package var longestGap: Duration { service.longest }

    /// - Parameter start: within how long all nodes start.
    package init(_ story: Story, start: Duration = .seconds(1), traces: Bool = false) {
        self.story = story
        self.traces = traces
        setting = story.setting
        generator = SeededGenerator(seed: story.seed)
        let count = setting.allNodes
        isRunning = Array(repeating: false, count: count)
        isLeaving = isRunning
        isPaused = isRunning
        isLinkUp = Array(repeating: true, count: count)
        waiting = Array(repeating: [], count: count)
        part = Array(repeating: 0, count: count + 1)
        lastEvent = Array(repeating: .zero, count: count)
        lastUpdates = lastEvent
        // The client and all others share the two places behind the nodes'.
        lastArrival = Array(repeating: .zero, count: (count + 2) * (count + 2))
        lastHeard = Array(repeating: .zero, count: count * count)
        gained = lastHeard
        services = Set(0..<setting.addresses)
        doubles = DoubleWatch(setting)
        service = ServiceWatch(story)
        frames = FrameWatch(setting)
        let turmoilEnds = Instant.zero.advanced(by: .milliseconds(story.end))
        end = turmoilEnds.advanced(by: story.quiet)
        for number in 0..<count {
            nodes.append(SimulatedNode(number: number, setting: setting, generator: &generator))
            schedule(.starts(number), in: .milliseconds(chance(0...Int(start.wholeNanoseconds / 1_000_000))))
        }
        for (number, step) in story.steps.enumerated() { schedule(.step(number), in: .milliseconds(step.time)) }
        schedule(.turmoilEnds, in: .milliseconds(story.end))
        schedule(.looks, in: .seconds(1))
        for key in 0..<setting.addresses * setting.clusters {
            client.use(address(key), at: .zero)
            service.touch(address(key))
        }
        rouseClient()
    }

    // MARK: Names

    /// Of the Services of both clusters, in order: those of the first, then those of the second.
    func address(_ key: Int) -> IPAddress {
        let (cluster, place) = (key / setting.addresses, key % setting.addresses)
        let number = setting.twins.overlaps ? place : cluster * 1000 + place
        return setting.isDualStack && place % 2 == 1
            ? .v6(IPv6Address(rawValue: 0xFD00_0000_0000_0000_0000_0000_0001_0000 + UInt128(number)))
            : .v4(IPv4Address(rawValue: 0x0A01_0000 + UInt32(number)))
    }

    func key(_ address: IPAddress, cluster: Int) -> Int? {
        let low =
            switch address {
            case .v4(let address): Int(address.rawValue & 0xFFFF)
            case .v6(let address): Int(truncatingIfNeeded: address.rawValue & 0xFFFF)
            }
        let place = setting.twins.overlaps ? low : low - cluster * 1000
        return (0..<setting.addresses).contains(place) ? cluster * setting.addresses + place : nil
    }

    func cluster(_ key: Int) -> Int { key / setting.addresses }

    func members(_ cluster: Int) -> Range<Int> { cluster * setting.nodes..<(cluster + 1) * setting.nodes }

    // MARK: Time

    mutating func schedule(_ happening: Happening, in delay: Duration) {
        queue.add(happening, at: now.advanced(by: delay))
    }

    mutating func chance(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }

    package var violations: [Violation] {
        doubles.violations + service.violations + frames.violations + verdictViolations
    }

    private var isWrong: Bool {
        !doubles.violations.isEmpty || !service.violations.isEmpty || !frames.violations.isEmpty
    }

    /// Runs to the end, or until something is wrong. Returns what is.
    @discardableResult package mutating func run() -> [Violation] {
        var limit = end
        while !isWrong {
            let next = [queue.nextTime, deadlines.nextDeadline, clientDue].compactMap(\.self).min()
            guard let next, next <= limit else {
                now = limit
                verdictViolations = verdict()
                // At that very moment an address may be passed on.
                guard !verdictViolations.isEmpty, limit < end.advanced(by: DoubleWatch.settlingTime * 5) else { break }
                limit = limit.advanced(by: DoubleWatch.settlingTime)
                continue
            }
            now = max(next, now)
            if let time = queue.nextTime, time <= now, let happening = queue.pop() {
                happen(happening)
            } else if let number = deadlines.popExpired(at: now) {
                nodes[number].handleDeadline(at: now)
                collect(number)
            } else if let due = clientDue, due <= now {
                turnClient()
            }
            look()
        }
        return violations
    }

    private mutating func happen(_ happening: Happening) {
        switch happening {
        case .frame(_, let number), .datagram(_, _, _, let number), .event(_, let number), .updated(_, let number):
            if isPaused[number] { waiting[number].append(happening) } else { reach(number, happening) }
        case .toClient(let octets):
            client.receive(octets, at: now)
            rouseClient()
        case .toHost(let octets, let number):
            if let host = hosts[number], let answer = host.answer(octets) {
                schedule(.sends(Recorded(time: now, from: -1, octets: answer)), in: host.delay ?? .zero)
            }
        default: happenToWorld(happening)
        }
    }

    mutating func reach(_ number: Int, _ happening: Happening) {
        guard isRunning[number] else { return }
        switch happening {
        case .frame(let octets, _):
            guard isLinkUp[number] else { return }
            nodes[number].receive(frame: octets, at: now)
        case .datagram(let octets, let from, let source, _):
            guard isLinkUp[number] else { return }
            if from >= 0 { lastHeard[number * nodes.count + from] = now }
            nodes[number].receive(datagram: octets, from: source, at: now)
        case .event(let event, _):
            let before = nodes[number].speaker.heardNodes
            nodes[number].handle(event, at: now)
            guard case .heard = event else { break }
            let after = nodes[number].speaker.heardNodes
            for other in members(nodes[number].cluster)
            where after.contains(nodes[other].name) && !before.contains(nodes[other].name) {
                gained[number * nodes.count + other] = now
            }
        case .updated(let update, _): nodes[number].handle(.updated(update), at: now)
        default: return
        }
        collect(number)
    }

    /// Takes what a node has to say, and looks when it wants to be called again.
    mutating func collect(_ number: Int) {
        for output in nodes[number].takeOutputs() {
            switch output {
            case .frame(let octets):
                if traces { note("node \(number) sends \(Simulation.describe(octets))") }
                digest = octets.reduce(digest ^ UInt64(number)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
                transmit(Recorded(time: now, from: number, octets: octets))
            case .datagram(let octets, let family):
                transmit(
                    Recorded(time: now, from: number, octets: octets, source: nodes[number].address(family)))
            case .event(let event):
                if traces { note("node \(number) learns \(event)") }
                // The speaker's loop is another thread.
                let due = max(now.advanced(by: .microseconds(chance(20...600))), lastEvent[number])
                lastEvent[number] = due
                schedule(.event(event, to: number), in: now.duration(to: due))
            }
        }
        touched.append(number)
        let isAwake = isRunning[number] && !isPaused[number]
        deadlines.set(number, at: isAwake ? nodes[number].nextDeadline(after: now) : nil)
    }

    private mutating func turnClient() {
        let questions = client.handleDeadline(at: now) { [self] address in
            // Every second of them is of a protocol that shows nothing.
            (address.octets.last ?? 0) % 2 == 0 && isReached(address)
        }
        for octets in questions { transmit(Recorded(time: now, from: nodes.count, octets: octets)) }
        rouseClient()
    }

    mutating func rouseClient() {
        if !client.changed.isEmpty {
            for address in client.changed { service.touch(address) }
            client.changed = []
        }
        clientDue = client.nextDeadline
    }

    mutating func note(_ text: String) { log.append("\(now) \(text)") }

    static func describe(_ octets: [UInt8]) -> String {
        let receiver = MACAddress(octets: octets.prefix(6)).flatMap { $0.isMulticast ? nil : $0 } ?? .zero
        guard let sighting = try? Sighting(decoding: octets.span, on: receiver) else { return "\(octets.count) octets" }
        let mark = sighting.mark.map {
            "\($0.kind) of \($0.speaker), term \($0.term), company \($0.company), flags \($0.flags.rawValue)"
        }
        let destination = MACAddress(octets: octets.prefix(6)).map { $0.isMulticast ? "all" : "\($0)" } ?? "nobody"
        return "\(sighting.address) at \(sighting.hardwareAddress): \(mark ?? "plain"), to \(destination)"
    }
}
