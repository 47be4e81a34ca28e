import Addresses
import Announcement
import ClusterConfiguration
import KubernetesModel
import LinkLayer
import TestSupport
import Timing

@testable import Speaker

/// Many speakers on one segment, and all that can go wrong there, by seed: the same seed gives the same run, frame by
/// frame.
struct Simulation {
    enum Happening {
        case frame([UInt8], to: Int)
        case datagram([UInt8], from: Int, to: Int)
        case event(SpeakerCore.Event, to: Int)
        case updated(SpeakerUpdate, to: Int)
        case starts(Int)
        case stopsForGood(Int)
        case resumes(Int)
        case linkUp(Int)
        case heals
        case goesWrong
    }

    let seed: UInt64
    let settings: SimulationSettings
    private(set) var now = Instant.zero
    private(set) var nodes: [SimulatedNode] = []
    private var generator: SeededGenerator
    private var queue = DeadlineQueue<Int>()
    private var happenings: [Int: Happening] = [:]
    private var count = 0
    private var deadlines = DeadlineQueue<Int>()
    /// Speakers' events stay in order, and so do the frames from one node to another.
    private var lastEvent: [Instant]
    private var lastArrival: [[Int]: Instant] = [:]
    /// When a liveness packet of the second last reached the first.
    private var lastHeard: [[Int]: Instant] = [:]
    /// When the first began to count the second among the living.
    private var gained: [[Int]: Instant] = [:]
    private var lastChange = Instant.zero
    private var lastUpdates: [Int: Instant] = [:]

    // How the world is.
    private(set) var isRunning: [Bool]
    private var isPaused: [Bool]
    private var waiting: [[Happening]]
    private(set) var isLinkUp: [Bool]
    /// The part of the segment that a node is in.
    private(set) var part: [Int]
    /// Frames of the one do not reach the other.
    private(set) var deafTo: Set<[Int]> = []
    /// Liveness packets do not pass.
    private(set) var isMulticastBroken = false
    private(set) var loss = 0.0
    private var cordoned: Set<Int> = []
    private(set) var services: Set<Int>
    private(set) var turmoilEnds: Instant

    /// The nodes that something happened to since ``look()``.
    private var touched: [Int] = []

    // What is counted.
    private(set) var moves = 0
    private(set) var owner: [IPAddress: Int] = [:]
    private(set) var log: [String] = []
    private(set) var digest: UInt64 = 0xCBF2_9CE4_8422_2325
    private var watch: DoubleWatch
    var violations: [String] { watch.violations }
    /// How long two owners that heard each other were two at most.
    var longestDouble: Duration { watch.longest }
    var framesSent: Int { nodes.map(\.framesSent).reduce(0, +) }

    init(seed: UInt64, settings: SimulationSettings) {
        self.seed = seed
        self.settings = settings
        generator = SeededGenerator(seed: seed)
        let count = settings.nodes
        isRunning = Array(repeating: false, count: count)
        isPaused = isRunning
        isLinkUp = Array(repeating: true, count: count)
        waiting = Array(repeating: [], count: count)
        part = Array(repeating: 0, count: count)
        lastEvent = Array(repeating: .zero, count: count)
        services = Set(0..<settings.addresses)
        turmoilEnds = Instant.zero.advanced(by: settings.turmoil)
        watch = DoubleWatch(settings)
        for number in 0..<count {
            nodes.append(SimulatedNode(number: number, settings: settings, generator: &generator))
            schedule(.starts(number), in: .milliseconds(Int.random(in: 0...1000, using: &generator)))
        }
        schedule(.goesWrong, in: .seconds(3))
    }

    static func address(_ number: Int) -> IPAddress { .v4(IPv4Address(rawValue: 0x0A01_0000 + UInt32(number))) }

    // MARK: Time

    private mutating func schedule(_ happening: Happening, in delay: Duration) {
        count += 1
        happenings[count] = happening
        queue.set(count, at: now.advanced(by: delay))
    }

    private mutating func chance(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }

    /// Runs to the end, or until something is wrong.
    mutating func run() {
        let end = turmoilEnds.advanced(by: settings.quiet)
        while watch.violations.isEmpty {
            let next = [queue.nextDeadline, deadlines.nextDeadline].compactMap(\.self).min() ?? end
            guard next <= end else { break }
            now = max(next, now)
            if let key = queue.popExpired(at: now), let happening = happenings.removeValue(forKey: key) {
                happen(happening)
            } else if let number = deadlines.popExpired(at: now) {
                nodes[number].handleDeadline(at: now)
                collect(number)
            }
            look()
        }
        now = end
    }

    private mutating func happen(_ happening: Happening) {
        switch happening {
        case .frame(_, let number), .datagram(_, _, let number), .event(_, let number), .updated(_, let number):
            if isPaused[number] { waiting[number].append(happening) } else { reach(number, happening) }
        case .starts(let number): start(number)
        case .stopsForGood(let number): stop(number)
        case .resumes(let number):
            isPaused[number] = false
            disturb()
            // What waits to be read is read before deadlines are looked at.
            let all = waiting[number]
            waiting[number] = []
            for happening in all { reach(number, happening) }
            collect(number)
        case .linkUp(let number):
            isLinkUp[number] = true
            disturb()
            setLink(number)
        case .heals:
            note("heals")
            part = part.map { _ in 0 }
            deafTo = []
            isMulticastBroken = false
            disturb()
        case .goesWrong: goWrong()
        }
    }

    private mutating func reach(_ number: Int, _ happening: Happening) {
        guard isRunning[number] else { return }
        switch happening {
        case .frame(let octets, _) where isLinkUp[number]: nodes[number].receive(frame: octets, at: now)
        case .datagram(let octets, let source, _) where isLinkUp[number]:
            lastHeard[[number, source]] = now
            nodes[number].receive(datagram: octets, from: nodes[source].address, at: now)
        case .event(let event, _):
            let before = nodes[number].speaker.heardNodes
            nodes[number].handle(event, at: now)
            guard case .heard = event else { break }
            let after = nodes[number].speaker.heardNodes
            for other in nodes where after.contains(other.name) && !before.contains(other.name) {
                gained[[number, other.number]] = now
            }
        case .updated(let update, _): nodes[number].handle(.updated(update), at: now)
        default: return
        }
        collect(number)
    }

    /// Takes what a node has to say, and looks when it wants to be called again.
    private mutating func collect(_ number: Int) {
        for output in nodes[number].takeOutputs() {
            switch output {
            case .frame(let octets):
                if settings.traces { note("n\(number) sends \(Simulation.describe(octets))") }
                digest = octets.reduce(digest ^ UInt64(number)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
                send(from: number, isLiveness: false, to: destination(of: octets)) { .frame(octets, to: $0) }
            case .datagram(let octets):
                send(from: number, isLiveness: true, to: nil) { .datagram(octets, from: number, to: $0) }
            case .event(let event):
                if settings.traces { note("n\(number) learns \(event)") }
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

    /// Which node a frame is addressed to; `nil`: all.
    private func destination(of octets: [UInt8]) -> Int? {
        octets[0] & 1 == 1 ? nil : Int(octets[4]) << 8 | Int(octets[5])
    }

    private mutating func send(from: Int, isLiveness: Bool, to only: Int?, _ make: (Int) -> Happening) {
        guard isLinkUp[from], isRunning[from], !(isLiveness && isMulticastBroken) else { return }
        for to in nodes.indices where to != from && isRunning[to] && isLinkUp[to] && only ?? to == to {
            guard part[from] == part[to], !deafTo.contains([to, from]) else { continue }
            if loss > 0, Double.random(in: 0..<1, using: &generator) < loss { continue }
            let due = max(now.advanced(by: .microseconds(chance(50...300))), lastArrival[[from, to]] ?? .zero)
            lastArrival[[from, to]] = due
            schedule(make(to), in: now.duration(to: due))
        }
    }
}

// MARK: - What is checked
extension Simulation {
    private mutating func look() {
        let dirty = touched
        touched.removeAll(keepingCapacity: true)
        for number in dirty {
            let held = isRunning[number] ? nodes[number].held : []
            for address in watch.update(number, held) where held.contains(address) {
                if let before = owner[address], before != number { moves += 1 }
                owner[address] = number
            }
        }
        guard watch.hasDoubles else { return }
        watch.check(at: now, bond: { [self] in bond($0, $1) }, hasLoss: loss > 0) { [seed] in
            "seed \(seed): \($0)"
        }
    }

    /// Whether frames pass between two nodes both ways, and each counts the other among the living.
    private func bond(_ a: Int, _ b: Int) -> DoubleWatch.Bond {
        guard isLinkUp[a], isLinkUp[b], !isPaused[a], !isPaused[b], part[a] == part[b], loss == 0 else { return .none }
        guard lastHeard[[a, b]] ?? .zero > lastChange, lastHeard[[b, a]] ?? .zero > lastChange else { return .none }
        guard !isMulticastBroken, !deafTo.contains([a, b]), !deafTo.contains([b, a]) else { return .none }
        let isMutual =
            nodes[a].speaker.heardNodes.contains(nodes[b].name)
            && nodes[b].speaker.heardNodes.contains(nodes[a].name)
        guard isMutual else { return .none }
        let isReunited = gained[[a, b]] ?? .zero > lastChange || gained[[b, a]] ?? .zero > lastChange
        return isReunited ? .reunited : .unbroken
    }

    /// What is wrong at the end.
    func verdict() -> [String] {
        var wrong = violations
        let alive = nodes.indices.filter { isRunning[$0] }
        for service in 0..<settings.addresses {
            let address = Simulation.address(service)
            let holders = alive.filter { nodes[$0].held.contains(address) }
            let expected = services.contains(service) && !alive.isEmpty ? 1 : 0
            if holders.count != expected { wrong.append("seed \(seed): \(address) is held by \(holders) at the end") }
        }
        return wrong
    }

    private static func describe(_ octets: [UInt8]) -> String {
        guard let sighting = try? Sighting(decoding: octets.span, on: .zero) else { return "\(octets.count) octets" }
        let mark = sighting.mark.map {
            "\($0.kind) of term \($0.term), company \($0.company), flags \($0.flags.rawValue)"
        }
        let isToAll = octets[0] & 1 == 1
        return "\(sighting.address): \(mark ?? "plain"), \(isToAll ? "to all" : "to n\(octets[5])")"
    }

    private mutating func note(_ text: String) { log.append("\(now) \(text)") }
}

// MARK: - What goes wrong
extension Simulation {
    private mutating func start(_ number: Int) {
        guard !isRunning[number] else { return }
        note("n\(number) starts")
        isRunning[number] = true
        isPaused[number] = false
        nodes[number].restart()
        setLink(number)
        // The cluster is read at once, or a little later.
        let due = max(now.advanced(by: .milliseconds(chance(0...200))), lastUpdates[number] ?? .zero)
        lastUpdates[number] = due
        schedule(.updated(wholeUpdate, to: number), in: now.duration(to: due))
        collect(number)
    }

    private mutating func stop(_ number: Int) {
        isRunning[number] = false
        touched.append(number)
        waiting[number] = []
        deadlines.set(number, at: nil)
    }

    private mutating func setLink(_ number: Int) {
        nodes[number].setLink(isUp: isLinkUp[number], at: now)
        collect(number)
    }

    private var nodeObjects: [Node] {
        nodes.indices.map { number in
            Node(
                metadata: ObjectMeta(name: "n\(number)"), spec: NodeSpec(unschedulable: cordoned.contains(number)))
        }
    }

    private func service(_ number: Int) -> AnnouncedService {
        AnnouncedService(
            NamespacedName(namespace: "default", name: "s\(number)"),
            addresses: [.init(Simulation.address(number), pool: "lan")])
    }

    private var wholeUpdate: SpeakerUpdate {
        SpeakerUpdate(
            configuration: Configuration(layer2Advertisements: [Layer2Advertisement(name: "all")]),
            nodes: nodeObjects, services: services.sorted().map(service))
    }

    /// Every node learns of it, each in its own time.
    private mutating func tellAll(_ update: SpeakerUpdate) {
        for number in nodes.indices where isRunning[number] {
            let due = max(now.advanced(by: .milliseconds(chance(0...300))), lastUpdates[number] ?? .zero)
            lastUpdates[number] = due
            schedule(.updated(update, to: number), in: now.duration(to: due))
        }
    }

    /// Who hears whom is to be found out anew.
    private mutating func disturb() {
        watch.disturb(at: now)
        lastChange = now
    }

    private mutating func goWrong() {
        disturb()
        guard now < turmoilEnds.advanced(by: .seconds(-2)) else {
            endTurmoil()
            return
        }
        let number = chance(0...nodes.count - 1)
        let pause = Duration.milliseconds(chance(20...4000))
        switch chance(0...12) {
        case 0 where isRunning[number]:
            note("n\(number) is killed for \(pause)")
            stop(number)
            schedule(.starts(number), in: pause)
        case 1 where isRunning[number]:
            note("n\(number) stops, for \(pause)")
            nodes[number].leave(at: now)
            collect(number)
            schedule(.stopsForGood(number), in: .milliseconds(510))
            schedule(.starts(number), in: .milliseconds(520) + pause)
        case 2 where isLinkUp[number]:
            note("n\(number) loses its link for \(pause)")
            isLinkUp[number] = false
            setLink(number)
            schedule(.linkUp(number), in: pause)
        case 3 where isRunning[number] && !isPaused[number]:
            note("n\(number) pauses for \(pause)")
            isPaused[number] = true
            deadlines.set(number, at: nil)
            schedule(.resumes(number), in: pause)
        case 4, 5:
            part = part.map { _ in Int.random(in: 0...1, using: &generator) }
            note("parts \(part), for \(pause)")
            schedule(.heals, in: pause)
        case 6:
            let other = chance(0...nodes.count - 1)
            note("n\(number) does not hear n\(other), for \(pause)")
            deafTo.insert([number, other])
            schedule(.heals, in: pause)
        case 7:
            note("multicast breaks for \(pause)")
            isMulticastBroken = true
            schedule(.heals, in: pause)
        case 8 where settings.loses:
            loss = Double(chance(0...30)) / 100
            note("loss \(loss)")
        case 9:
            cordoned.formSymmetricDifference([number])
            note("cordoned \(cordoned.sorted())")
            tellAll(SpeakerUpdate(nodes: nodeObjects))
        case 10, 11:
            let which = chance(0...settings.addresses - 1)
            if services.remove(which) == nil {
                services.insert(which)
                tellAll(SpeakerUpdate(services: [service(which)]))
            } else {
                tellAll(SpeakerUpdate(removed: [service(which).name]))
            }
            note("services \(services.sorted())")
        case 12 where isRunning[number]:
            note("n\(number) is asked to rebalance")
            schedule(.event(.rebalanced, to: number), in: .zero)
        default: break
        }
        schedule(.goesWrong, in: settings.calm * Double(chance(1...200)) / 100)
    }

    private mutating func endTurmoil() {
        note("the turmoil ends")
        loss = 0
        cordoned = []
        tellAll(SpeakerUpdate(nodes: nodeObjects))
        schedule(.heals, in: .zero)
        for number in nodes.indices where !isRunning[number] { schedule(.starts(number), in: .seconds(1)) }
    }
}
