import Addresses
import BFD
import Interfaces
import Timing
import WireCodec

/// Decides which segments are watched, with which sockets, and what becomes of each packet. It opens nothing and reads no
/// clock: the caller performs the actions in order, and comes back no later than ``nextDeadline``.
package struct LivenessCore {
    /// One socket: an interface and a family.
    package struct Port: Hashable, Sendable, Comparable {
        package let index: Int32
        package let family: AddressFamily

        package static func < (a: Port, b: Port) -> Bool { (a.index, a.family) < (b.index, b.family) }
    }

    package enum Action: Hashable, Sendable {
        case open(Port)
        case close(Port)
        case send(LivenessPacket, through: Port)
        case tell(LivenessChange)
        case log(LivenessEvent)
    }

    private enum PortState: Hashable, Sendable {
        case open
        case failed(String, retryAt: Instant)
    }

    private struct Watched {
        var interface: InterfaceForLiveness
        var segment: Segment
        var ports: [AddressFamily: PortState] = [:]
        var backoffs: [AddressFamily: Backoff] = [:]
        var unsendable: Set<AddressFamily> = []
        var packetsSent: UInt64 = 0
        var packetsReceived: UInt64 = 0
        var sendFailures: UInt64 = 0
        var drops: [DropReason: UInt64] = [:]
        var lastToldDrop: [DropReason: Instant] = [:]
        var lastToldAppearance: Instant?

        var openFamilies: Set<AddressFamily> { Set(ports.filter { $0.value == .open }.keys) }
    }

    package let node: String
    private let configuration: SegmentConfiguration
    private var identities: NodeIdentities
    private var watched: [Int32: Watched] = [:]
    private var knowsInterfaces = false
    /// Of segments that were left.
    private var memory: SegmentMemory
    private var hostAddresses: Set<MACAddress> = []
    private var isLeaving = false
    private var isSuspended = false
    private static let dropsToldEvery = Duration.seconds(60)

    package init(node: String, configuration: SegmentConfiguration) {
        self.node = node
        self.configuration = configuration
        identities = NodeIdentities([node])
        memory = SegmentMemory(configuration.credentials)
    }

    /// When the caller has to come back with ``handleDeadline(at:using:)``.
    package var nextDeadline: Instant? {
        var next: Instant?
        func consider(_ moment: Instant?) { if let moment { next = min(next ?? moment, moment) } }
        for item in watched.values {
            consider(item.segment.nextDeadline)
            for case .failed(_, let retryAt) in item.ports.values { consider(retryAt) }
        }
        return next
    }

    /// Whether every segment was listened to for a whole detection time. An interface that cannot be listened on does not
    /// hold this up for longer than that.
    package func isSettled(at now: Instant) -> Bool {
        knowsInterfaces && watched.values.allSatisfy { $0.segment.isSettled(at: now) }
    }

    /// The interfaces whose segments were listened to for that long.
    package func listened(at now: Instant) -> Set<String> {
        Set(watched.values.lazy.filter { $0.segment.isSettled(at: now) }.map(\.interface.name))
    }

    /// Whether the farewell is over on all segments.
    package var hasLeft: Bool { isLeaving && watched.values.allSatisfy(\.segment.isSilent) }

    /// Takes the nodes of the configuration; this node need not be among them.
    package mutating func apply(nodes: [String], at now: Instant, using generator: inout some RandomNumberGenerator)
        -> [Action]
    {
        var actions: [Action] = []
        let new = NodeIdentities(nodes + [node])
        guard new != identities else { return actions }
        for collision in new.collisions where !identities.collisions.contains(collision) {
            actions.append(.log(.collision(collision)))
        }
        identities = new
        for index in watched.keys.sorted() {
            handle(.nodesChanged(identities), on: index, at: now, &actions, &generator)
        }
        return actions
    }

    /// Takes the interfaces to watch: all of them, each time.
    package mutating func apply(
        interfaces: [InterfaceForLiveness], at now: Instant, using generator: inout some RandomNumberGenerator
    ) -> [Action] {
        var actions: [Action] = []
        knowsInterfaces = true
        let wanted = Dictionary(interfaces.map { ($0.index, $0) }) { $1 }
        let addressesBefore = hostAddresses
        hostAddresses = Set(interfaces.map(\.hardwareAddress)).subtracting([.zero])
        for index in watched.keys.sorted() where wanted[index] == nil {
            remove(index, at: now, &actions, &generator)
        }
        for (index, interface) in wanted.sorted(by: { $0.key < $1.key }) {
            if watched[index] == nil {
                watched[index] = Watched(interface: interface, segment: makeSegment(at: now))
                addressesChanged(on: index, at: now, &actions, &generator)
                if isLeaving { handle(.leave, on: index, at: now, &actions, &generator) }
                if isSuspended { handle(.suspended(true), on: index, at: now, &actions, &generator) }
            }
            rename(index, to: interface.name, at: now, &actions)
            let before = watched[index]?.interface
            watched[index]?.interface = interface
            if before?.hardwareAddress != interface.hardwareAddress || hostAddresses != addressesBefore {
                addressesChanged(on: index, at: now, &actions, &generator)
            }
            for family in AddressFamily.allCases {
                let port = Port(index: index, family: family)
                if interface.families.contains(family) {
                    if watched[index]?.ports[family] == nil { actions.append(.open(port)) }
                } else if let state = watched[index]?.ports.removeValue(forKey: family) {
                    if state == .open { actions.append(.close(port)) }
                    familiesChanged(on: index, at: now, &actions, &generator)
                }
            }
        }
        return actions
    }

    /// This node leaves: it says so on every segment, and goes on listening.
    package mutating func leave(at now: Instant, using generator: inout some RandomNumberGenerator) -> [Action] {
        var actions: [Action] = []
        isLeaving = true
        for index in watched.keys.sorted() { handle(.leave, on: index, at: now, &actions, &generator) }
        return actions
    }

    /// Whether this node cannot do what the others take it for: then it says that it leaves, and nothing more until it can.
    package mutating func setSuspended(
        _ isSuspended: Bool, at now: Instant, using generator: inout some RandomNumberGenerator
    ) -> [Action] {
        var actions: [Action] = []
        guard isSuspended != self.isSuspended else { return actions }
        self.isSuspended = isSuspended
        for index in watched.keys.sorted() {
            handle(.suspended(isSuspended), on: index, at: now, &actions, &generator)
        }
        return actions
    }

    /// To be called at the deadline, after everything pending in the sockets was given to ``receive``.
    package mutating func handleDeadline(at now: Instant, using generator: inout some RandomNumberGenerator) -> [Action]
    {
        var actions: [Action] = []
        for (index, item) in watched.sorted(by: { $0.key < $1.key }) {
            if let due = item.segment.nextDeadline, due <= now {
                handle(.deadlineReached, on: index, at: now, &actions, &generator)
            }
            for (family, state) in item.ports.sorted(by: { $0.key < $1.key }) {
                if case .failed(let message, let retryAt) = state, retryAt <= now {
                    // Not due again before the attempt has failed.
                    watched[index]?.ports[family] = .failed(message, retryAt: now.advanced(by: .seconds(3600)))
                    actions.append(.open(Port(index: index, family: family)))
                }
            }
        }
        return actions
    }
}

// MARK: - Sockets

extension LivenessCore {
    package mutating func opened(_ port: Port, at now: Instant, using generator: inout some RandomNumberGenerator)
        -> [Action]
    {
        var actions: [Action] = []
        guard let item = watched[port.index], item.interface.families.contains(port.family) else {
            return [.close(port)]
        }
        // What was not listened to before begins now.
        if item.openFamilies.isEmpty, item.segment.members.isEmpty {
            let segment = makeSegment(at: now)
            watched[port.index]?.segment = segment
            addressesChanged(on: port.index, at: now, &actions, &generator)
        }
        watched[port.index]?.ports[port.family] = .open
        watched[port.index]?.unsendable.remove(port.family)
        watched[port.index]?.backoffs[port.family] = nil
        familiesChanged(on: port.index, at: now, &actions, &generator)
        if isLeaving { handle(.leave, on: port.index, at: now, &actions, &generator) }
        if isSuspended { handle(.suspended(true), on: port.index, at: now, &actions, &generator) }
        return actions
    }

    /// The socket could not be opened, or cannot be read from any more.
    package mutating func failed(
        _ port: Port, message: String, at now: Instant, using generator: inout some RandomNumberGenerator
    ) -> [Action] {
        var actions: [Action] = []
        guard let item = watched[port.index] else { return actions }
        var backoff = item.backoffs[port.family] ?? Backoff(first: .milliseconds(200), limit: .seconds(10))
        let delay = backoff.next(using: &generator)
        watched[port.index]?.backoffs[port.family] = backoff
        if item.ports[port.family] == .open { actions.append(.close(port)) }
        watched[port.index]?.ports[port.family] = .failed(message, retryAt: now.advanced(by: delay))
        actions.append(
            .log(.socketFailed(interface: item.interface.name, port.family, message: message, retryAfter: delay)))
        familiesChanged(on: port.index, at: now, &actions, &generator)
        return actions
    }

    package mutating func sent(through port: Port) {
        watched[port.index]?.packetsSent += 1
        watched[port.index]?.unsendable.remove(port.family)
    }

    /// A packet is lost, as it would be on the wire; whether the interface still works is the link monitor's to tell.
    package mutating func sendFailed(through port: Port, message: String) -> [Action] {
        watched[port.index]?.sendFailures += 1
        guard let name = watched[port.index]?.interface.name,
            watched[port.index]?.unsendable.insert(port.family).inserted == true
        else { return [] }
        return [.log(.sendFailed(interface: name, port.family, message: message))]
    }

    /// Takes the octets of a datagram.
    package mutating func receive(
        _ octets: Span<UInt8>, through port: Port, from source: IPAddress, hopLimit: UInt8, at now: Instant,
        using generator: inout some RandomNumberGenerator
    ) -> [Action] {
        var actions: [Action] = []
        watched[port.index]?.packetsReceived += 1
        do throws(DropReason) {
            let packet = try LivenessPacket(decoding: octets)
            handle(.received(packet, from: source, hopLimit: hopLimit), on: port.index, at: now, &actions, &generator)
        } catch {
            drop(error, on: port.index, from: source, at: now, &actions)
        }
        return actions
    }
}

// MARK: - Segments

extension LivenessCore {
    private mutating func makeSegment(at now: Instant) -> Segment {
        // None may begin below a number that another has sent with: its hardware address may have been the same.
        for item in watched.values { memory.merge(item.segment.memory) }
        return Segment(
            node: node, identities: identities, families: [], configuration: configuration, memory: memory, at: now)
    }

    private mutating func addressesChanged(
        on index: Int32, at now: Instant, _ actions: inout [Action], _ generator: inout some RandomNumberGenerator
    ) {
        guard let own = watched[index]?.interface.hardwareAddress else { return }
        handle(
            .hardwareAddressesChanged(own: own, ofHost: hostAddresses), on: index, at: now, &actions, &generator)
    }

    private mutating func familiesChanged(
        on index: Int32, at now: Instant, _ actions: inout [Action], _ generator: inout some RandomNumberGenerator
    ) {
        let families = watched[index]?.openFamilies ?? []
        handle(.familiesChanged(families), on: index, at: now, &actions, &generator)
    }

    /// Nodes that are reachable on an interface stay so under its new name.
    private func rename(_ index: Int32, to name: String, at now: Instant, _ actions: inout [Action]) {
        guard let item = watched[index], item.interface.name != name else { return }
        for member in item.segment.members where member.isUp {
            for (name, state) in [(item.interface.name, SessionState.down), (name, .up)] {
                actions.append(
                    .tell(
                        LivenessChange(
                            interface: name, interfaceIndex: index, node: member.node, state: state, since: now,
                            address: member.address,
                            hardwareAddresses: state == .up ? member.hardwareAddresses : [])))
            }
        }
    }

    private mutating func remove(
        _ index: Int32, at now: Instant, _ actions: inout [Action], _ generator: inout some RandomNumberGenerator
    ) {
        // If the interface still works, the others need not wait for their detection time.
        handle(.leave, on: index, at: now, &actions, &generator)
        guard let item = watched.removeValue(forKey: index) else { return }
        memory.merge(item.segment.memory)
        for (family, state) in item.ports.sorted(by: { $0.key < $1.key }) where state == .open {
            actions.append(.close(Port(index: index, family: family)))
        }
        for member in item.segment.members where member.isUp {
            actions.append(.log(.memberLost(node: member.node, interface: item.interface.name, .down, .pathDown)))
            actions.append(
                .tell(
                    LivenessChange(
                        interface: item.interface.name, interfaceIndex: index, node: member.node, state: .down,
                        since: now, address: member.address)))
        }
    }

    private mutating func handle(
        _ event: Segment.Event, on index: Int32, at now: Instant, _ actions: inout [Action],
        _ generator: inout some RandomNumberGenerator
    ) {
        guard let done = watched[index]?.segment.handle(event, at: now, using: &generator),
            let name = watched[index]?.interface.name
        else { return }
        for action in done {
            switch action {
            case .send(let packet, let family):
                actions.append(.send(packet, through: Port(index: index, family: family)))
            case .memberChanged(let member, let before):
                if member.isUp != (before == .up) {
                    actions.append(
                        .log(
                            member.isUp
                                ? .memberUp(node: member.node, interface: name, address: member.address)
                                : .memberLost(node: member.node, interface: name, member.state, member.diagnostic)))
                }
                actions.append(
                    .tell(
                        LivenessChange(
                            interface: name, interfaceIndex: index, node: member.node, state: member.state,
                            since: member.since, address: member.address,
                            hardwareAddresses: member.hardwareAddresses)))
            case .dropped(let reason, let source): drop(reason, on: index, from: source, at: now, &actions)
            case .damped(let node): actions.append(.log(.memberDamped(node: node, interface: name)))
            case .twinAppeared(let twin):
                if mayTellAppearance(on: index, at: now) {
                    actions.append(.log(.twin(node: node, interface: name, twin)))
                }
            case .foreignSpeakerAppeared(let speaker):
                if mayTellAppearance(on: index, at: now) {
                    actions.append(.log(.foreignSpeaker(interface: name, speaker)))
                }
            case .stalled(let duration): actions.append(.log(.stalled(interface: name, duration)))
            case .intervalChanged(let interval): actions.append(.log(.intervalChanged(interface: name, interval)))
            case .left: break
            }
        }
    }

    /// Once a second at most: clusters and addresses can be made up.
    private mutating func mayTellAppearance(on index: Int32, at now: Instant) -> Bool {
        let last = watched[index]?.lastToldAppearance
        guard last.map({ $0.advanced(by: .seconds(1)) <= now }) ?? true else { return false }
        watched[index]?.lastToldAppearance = now
        return true
    }

    private mutating func drop(
        _ reason: DropReason, on index: Int32, from source: IPAddress, at now: Instant, _ actions: inout [Action]
    ) {
        guard let name = watched[index]?.interface.name else { return }
        watched[index]?.drops[reason, default: 0] += 1
        let last = watched[index]?.lastToldDrop[reason]
        guard last.map({ $0.advanced(by: LivenessCore.dropsToldEvery) <= now }) ?? true else { return }
        watched[index]?.lastToldDrop[reason] = now
        actions.append(.log(.dropped(interface: name, reason, from: source)))
    }

    package func snapshot(at now: Instant) -> LivenessSnapshot {
        var snapshot = LivenessSnapshot()
        snapshot.moment = now
        snapshot.isSettled = isSettled(at: now)
        for (index, item) in watched.sorted(by: { $0.key < $1.key }) {
            var problems: [AddressFamily: String] = [:]
            for (family, state) in item.ports { if case .failed(let message, _) = state { problems[family] = message } }
            snapshot.segments.append(
                LivenessSnapshot.Segment(
                    interface: item.interface.name, interfaceIndex: index, members: item.segment.members,
                    isSettled: item.segment.isSettled(at: now), sendingFamilies: item.segment.sendingFamilies,
                    interval: item.segment.interval, problems: problems, packetsSent: item.packetsSent,
                    packetsReceived: item.packetsReceived, sendFailures: item.sendFailures, drops: item.drops,
                    foreignSpeakers: item.segment.foreignSpeakers(at: now), twins: item.segment.twins(at: now),
                    distrusted: item.segment.distrusted(at: now)))
        }
        return snapshot
    }
}
