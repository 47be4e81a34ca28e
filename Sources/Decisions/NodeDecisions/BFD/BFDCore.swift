import Addresses
import BFD
import Timing
import WireCodec

/// Decides which BFD sessions there are, on which sockets, and which of them a packet is for. It opens nothing and reads no
/// clock: the caller performs the actions in order, and comes back no later than ``nextDeadline``.
///
/// Peers that would be reached in the same way share one session (RFC 5881 §3 allows one to a system on a link); of their
/// settings, those of the first name count.
package struct BFDCore {
    /// Our discriminator, which names a session here.
    package typealias ID = UInt32

    package enum Action: Hashable, Sendable {
        case listen(BFDReceiverKey)
        case stopListening(BFDReceiverKey)
        case openSender(ID, BFDRoute)
        case closeSender(ID)
        case send(ControlPacket, ID)
        case tell(BFDChange)
        case log(BFDEvent)
    }

    /// What came with a packet.
    package struct Arrival: Hashable, Sendable {
        package let source: IPAddress
        package let destination: IPAddress
        /// The index of the interface.
        package let interface: Int32
        package let hopLimit: UInt8

        package init(source: IPAddress, destination: IPAddress, interface: Int32, hopLimit: UInt8) {
            self.source = source
            self.destination = destination
            self.interface = interface
            self.hopLimit = hopLimit
        }
    }

    package enum Timer: Hashable, Sendable {
        case session(ID)
        case sender(ID)
        case receiver(BFDReceiverKey)
    }

    enum SocketState: Hashable, Sendable {
        case opening
        case open
        case failed(String)
    }

    struct Receiver: Sendable {
        var state = SocketState.opening
        var backoff = BFDCore.backoff
    }

    struct Item: Sendable {
        /// The peers that the session is for, in order; none: it says farewell.
        var names: [String]
        var settings: BFDPeerSettings
        var session: Session
        var told: BFDPeerStatus
        var sender = SocketState.opening
        /// The index of the interface that a link-local peer is on; else zero.
        var scope: Int32 = 0
        /// Where the packets came in that brought the session up; `nil` while it is not up.
        var linkInUse: Int32?
        var backoff = BFDCore.backoff
        var isUnsendable = false
        var failures: UInt64 = 0
        var packetsSent: UInt64 = 0
        var packetsReceived: UInt64 = 0
        var sendFailures: UInt64 = 0
        var drops: [DropReason: UInt64] = [:]
        var lastToldDrop: [DropReason: Instant] = [:]
    }

    /// Where a packet that does not know our discriminator yet may come from: RFC 5880 §6.3.
    struct Origin: Hashable, Sendable {
        let place: BFDReceiverKey
        let address: IPAddress
    }

    static let backoff = Backoff(first: .milliseconds(200), limit: .seconds(10))
    static let toldEvery = Duration.seconds(60)
    /// A lateness that says more about the host than about its clock.
    package static let noticedLateness = Duration.milliseconds(50)

    var items: [ID: Item] = [:]
    var receivers: [BFDReceiverKey: Receiver] = [:]
    var deadlines = DeadlineQueue<Timer>()
    private var byRoute: [BFDRoute: ID] = [:]
    private var byOrigin: [Origin: [ID]] = [:]
    var strayDrops: [DropReason: UInt64] = [:]
    var lastToldStrayDrop: [DropReason: Instant] = [:]
    private var lastToldStall: Instant?
    private var isLeaving = false

    package init() {}

    /// When the caller has to come back with ``handleDeadline(at:using:)``.
    package var nextDeadline: Instant? { deadlines.nextDeadline }

    /// Whether all farewells are over.
    package var hasLeft: Bool { isLeaving && items.isEmpty }

    /// Takes the peers to hold sessions with: all of them, each time. Those that are left out get AdminDown.
    package mutating func apply(
        _ all: [BFDPeerSettings], at now: Instant, using generator: inout some RandomNumberGenerator
    ) -> [Action] {
        var actions: [Action] = []
        guard !isLeaving else { return actions }
        var wanted: [BFDRoute: [BFDPeerSettings]] = [:]
        for settings in all.sorted(by: { $0.name < $1.name }) { wanted[settings.route, default: []].append(settings) }
        for (route, id) in byRoute.sorted(by: { $0.value < $1.value }) where wanted[route] == nil {
            sayFarewell(id, at: now, &actions, &generator)
        }
        for group in wanted.values.sorted(by: { $0[0].name < $1[0].name }) {
            hold(group[0], names: group.map(\.name), at: now, &actions, &generator)
        }
        return actions
    }

    /// Ends all sessions, so that no peer takes it for a failure: RFC 5880 §6.8.16.
    package mutating func leave(at now: Instant, using generator: inout some RandomNumberGenerator) -> [Action] {
        var actions: [Action] = []
        isLeaving = true
        for id in items.keys.sorted() { sayFarewell(id, at: now, &actions, &generator) }
        return actions
    }

    /// To be called at the deadline, after everything pending in the sockets was given to ``receive``.
    package mutating func handleDeadline(at now: Instant, using generator: inout some RandomNumberGenerator) -> [Action]
    {
        var actions: [Action] = []
        noticeStall(at: now, &actions)
        for _ in 0..<deadlines.count {
            guard let timer = deadlines.popExpired(at: now) else { break }
            switch timer {
            case .session(let id): handle(.deadlineReached, by: id, at: now, &actions, &generator)
            case .sender(let id):
                guard let route = items[id]?.settings.route else { continue }
                items[id]?.sender = .opening
                actions.append(.openSender(id, route))
            case .receiver(let place):
                guard receivers[place] != nil else { continue }
                receivers[place]?.state = .opening
                actions.append(.listen(place))
            }
        }
        return actions
    }

    private mutating func noticeStall(at now: Instant, _ actions: inout [Action]) {
        guard let due = nextDeadline, due.duration(to: now) >= BFDCore.noticedLateness,
            lastToldStall.map({ $0.duration(to: now) >= BFDCore.toldEvery }) ?? true
        else { return }
        lastToldStall = now
        actions.append(.log(.stalled(due.duration(to: now))))
    }
}

// MARK: - Sessions come and go

extension BFDCore.Item {
    /// Whether a packet that came in through this interface can be the peer's.
    ///
    /// RFC 5881 §5 trusts a TTL of 255 to have passed no router. But a pod of this node has passed none either: so the packet
    /// has to come from where the peer is. Where its address does not tell, that is where it came Up.
    package func mayArrive(through interface: Int32) -> Bool {
        if settings.isMultihop || scope != 0 { return true }
        if !settings.links.isEmpty { return settings.links.contains(interface) }
        return linkInUse.map { $0 == interface } ?? true
    }
}

extension BFDCore {
    private mutating func hold(
        _ settings: BFDPeerSettings, names: [String], at now: Instant, _ actions: inout [Action],
        _ generator: inout some RandomNumberGenerator
    ) {
        guard let id = byRoute[settings.route] else {
            begin(settings, names: names, at: now, &actions, &generator)
            return
        }
        guard var item = items[id], item.names != names || item.settings != settings else { return }
        let newcomers = names.filter { !item.names.contains($0) }
        let wasLeaving = item.names.isEmpty
        item.names = names
        item.settings = settings
        items[id] = item
        handle(.reconfigured(settings.configuration(discriminator: id)), by: id, at: now, &actions, &generator)
        if wasLeaving { handle(.administrativelyEnabled, by: id, at: now, &actions, &generator) }
        // A peer that joins a session gets its current state.
        guard let status = items[id]?.told else { return }
        for name in newcomers { actions.append(.tell(BFDChange(peer: name, status: status, isFailure: false))) }
    }

    private mutating func begin(
        _ settings: BFDPeerSettings, names: [String], at now: Instant, _ actions: inout [Action],
        _ generator: inout some RandomNumberGenerator
    ) {
        // RFC 5880 §6.8.1: unique and not zero; random, so that it is no guess for those who are not on the path.
        var id = ID.random(in: 1 ... .max, using: &generator)
        while items[id] != nil { id = .random(in: 1 ... .max, using: &generator) }
        let session = Session(settings.configuration(discriminator: id), at: now, using: &generator)
        items[id] = Item(names: names, settings: settings, session: session, told: BFDPeerStatus(since: now))
        byRoute[settings.route] = id
        byOrigin[Origin(place: settings.place, address: settings.address), default: []].append(id)
        if receivers[settings.place] == nil {
            receivers[settings.place] = Receiver()
            actions.append(.listen(settings.place))
        }
        actions.append(.openSender(id, settings.route))
        deadlines.set(.session(id), at: session.nextDeadline)
        for name in names {
            actions.append(.tell(BFDChange(peer: name, status: BFDPeerStatus(since: now), isFailure: false)))
        }
    }

    private mutating func sayFarewell(
        _ id: ID, at now: Instant, _ actions: inout [Action], _ generator: inout some RandomNumberGenerator
    ) {
        guard items[id]?.names.isEmpty == false else { return }
        // The caller that asked for the end need not get a report.
        items[id]?.names = []
        handle(.leaving, by: id, at: now, &actions, &generator)
    }

    private mutating func end(_ id: ID, _ actions: inout [Action]) {
        guard let item = items.removeValue(forKey: id) else { return }
        let place = item.settings.place
        byRoute[item.settings.route] = nil
        byOrigin[Origin(place: place, address: item.settings.address)]?.removeAll { $0 == id }
        if byOrigin[Origin(place: place, address: item.settings.address)]?.isEmpty == true {
            byOrigin[Origin(place: place, address: item.settings.address)] = nil
        }
        deadlines.set(.session(id), at: nil)
        deadlines.set(.sender(id), at: nil)
        actions.append(.closeSender(id))
        guard !items.values.contains(where: { $0.settings.place == place }) else { return }
        receivers[place] = nil
        deadlines.set(.receiver(place), at: nil)
        actions.append(.stopListening(place))
    }

    /// The session that a packet is for: RFC 5880 §6.8.6.
    ///
    /// RFC 5880 §6.3 lets Your Discriminator alone decide where it is known. Here the addresses have to match as well: a host that
    /// has seen a packet of ours is not therefore the system that it went to.
    package func recipient(of packet: ControlPacket, at place: BFDReceiverKey, _ arrival: Arrival) -> ID? {
        let origin = Origin(place: place, address: arrival.source)
        return byOrigin[origin]?.first { id in
            guard let item = items[id], packet.yourDiscriminator == 0 || packet.yourDiscriminator == id else {
                return false
            }
            return (item.scope == 0 || item.scope == arrival.interface)
                && (item.settings.sourceAddress ?? arrival.destination) == arrival.destination
        }
    }

    package mutating func handle(
        _ event: Session.Event, by id: ID, at now: Instant, _ actions: inout [Action],
        _ generator: inout some RandomNumberGenerator
    ) {
        guard let done = items[id]?.session.handle(event, at: now, using: &generator) else { return }
        var isFailure = false
        if items[id]?.session.state != .up { items[id]?.linkInUse = nil }
        for action in done {
            switch action {
            case .send(let packet): if items[id]?.sender == .open { actions.append(.send(packet, id)) }
            case .dropped(let reason): drop(reason, id, at: now, &actions)
            case .stateChanged(let old, let new, let diagnostic):
                // RFC 5882 §3.2: that the peer wants the session down tells nothing of the path.
                isFailure = old == .up && new == .down && items[id]?.session.remoteState != .adminDown
                if isFailure { items[id]?.failures += 1 }
                items[id]?.told.since = now
                guard let name = items[id]?.names.first, old == .up || new == .up else { continue }
                actions.append(
                    .log(.stateChanged(peer: name, from: old, to: new, diagnostic, isFailure: isFailure)))
            }
        }
        guard let item = items[id] else { return }
        deadlines.set(.session(id), at: item.session.nextDeadline)
        if item.names.isEmpty, item.session.hasLeft {
            end(id, &actions)
        } else {
            tell(item, id, isFailure: isFailure, &actions)
        }
    }

    package mutating func drop(
        _ reason: DropReason, _ id: ID, at now: Instant, _ actions: inout [Action]
    ) {
        guard var item = items[id] else { return }
        item.drops[reason, default: 0] += 1
        // While a session says farewell, or is held down, the other side's packets are no news.
        if reason != .administrativelyDown, let name = item.names.first,
            item.lastToldDrop[reason].map({ $0.duration(to: now) >= BFDCore.toldEvery }) ?? true
        {
            item.lastToldDrop[reason] = now
            actions.append(.log(.dropped(peer: name, reason, from: item.settings.address)))
        }
        items[id] = item
    }

    private mutating func tell(_ item: Item, _ id: ID, isFailure: Bool, _ actions: inout [Action]) {
        let session = item.session
        let status = BFDPeerStatus(
            state: session.state, remoteState: session.remoteState, isHeard: session.isRemoteHeard,
            diagnostic: session.diagnostic, since: item.told.since)
        guard status != item.told || isFailure else { return }
        items[id]?.told = status
        for name in item.names {
            actions.append(.tell(BFDChange(peer: name, status: status, isFailure: isFailure)))
        }
    }
}
