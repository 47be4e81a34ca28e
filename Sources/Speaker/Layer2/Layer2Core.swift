import Addresses
import ClusterConfiguration
import LinkLayer
import NetworkIO
import Timing
import WireCodec

/// Which addresses are answered for on which interfaces, and what follows from each change of either.
///
/// A value: changes, tables of interfaces, frames and moments go in; what to open, close, join, leave and tell comes out.
/// The caller performs the actions in order.
///
/// One change of one address costs the same however many addresses there are. A change of an interface costs a pass over
/// the addresses where it must: the interface has come, gone, or got another name.
package struct Layer2Core: Sendable {
    package enum Action: Hashable, Sendable {
        /// Open a capture; answer with ``captureOpened(on:at:)`` or ``captureFailed(on:message:at:using:)``.
        case open(Interface)
        case close(CInt)
        /// Join, or leave, a multicast group on the interface with this index.
        case join(IPv6Address, on: CInt)
        case leave(IPv6Address, on: CInt)
        case tell(Layer2Event)
    }

    /// An interface without an obstacle that cannot be overcome.
    fileprivate struct Port: Sendable {
        enum Capture: Hashable, Sendable {
            case closed
            case opening
            case open
            case failed(String, retryAt: Instant)
        }

        var interface: Interface
        var isUsedByDefault: Bool
        var capture = Capture.closed
        var responder: Responder
        var announcer: Announcer
        /// How many addresses need each solicited-node group.
        var groups: [IPv6Address: Int] = [:]
        /// Told last; not told again until the capture was open.
        var lastFailure: String?
        var backoff = Backoff(first: .milliseconds(100), limit: .seconds(10))
        var counters = Layer2Counters()

        func isSelected(by selection: InterfaceSelection) -> Bool {
            switch selection {
            case .all: isUsedByDefault
            case .named(let names): names.contains(interface.name)
            }
        }
    }

    private let pace: Announcer.Pace
    private var table = InterfaceTable()
    private var announced: [IPAddress: InterfaceSelection] = [:]
    private var ports: [CInt: Port] = [:]
    /// The keys of `ports` in order. To change `ports` while going through itself would copy it, addresses and all.
    private var portIndexes: [CInt] = []
    private var defaultPorts: [CInt] = []
    private var portsByName: [String: CInt] = [:]
    /// Of interfaces that have no port at present; so that they go on from there.
    private var countersAtRest: [CInt: Layer2Counters] = [:]
    /// Where the kernel has which addresses.
    private var localAddresses: [IPAddress: String] = [:]
    private var conflicts: [IPAddress: Layer2Snapshot.Conflict] = [:]

    package init(pace: Announcer.Pace = Announcer.Pace()) { self.pace = pace }

    // MARK: Addresses

    package mutating func apply(_ change: Layer2Change, at now: Instant) -> [Action] {
        var actions: [Action] = []
        switch change {
        case .announce(let address, let selection):
            let old = announced.updateValue(selection, forKey: address)
            guard old != selection else { break }
            if old == nil, let interface = localAddresses[address] {
                actions.append(.tell(.configuredLocally(address, interface: interface)))
            }
            let indexes = selectedPorts(selection)
            for index in old.map(selectedPorts) ?? [] where !indexes.contains(index) {
                remove(address, from: index, &actions)
            }
            for index in indexes { add(address, to: index, at: now, &actions) }
        case .withdraw(let address):
            conflicts[address] = nil
            guard let old = announced.removeValue(forKey: address) else { break }
            for index in selectedPorts(old) { remove(address, from: index, &actions) }
        }
        return actions
    }

    private func selectedPorts(_ selection: InterfaceSelection) -> [CInt] {
        switch selection {
        case .all: defaultPorts
        case .named(let names): names.compactMap { portsByName[$0] }.sorted()
        }
    }

    private mutating func add(_ address: IPAddress, to index: CInt, at now: Instant, _ actions: inout [Action]) {
        guard var port = ports.removeValue(forKey: index) else { return }
        defer { ports[index] = port }
        guard port.responder.insert(address) else { return }
        port.announcer.begin(address, at: now)
        if port.capture == .closed {
            port.capture = .opening
            actions.append(.open(port.interface))
        }
        guard case .v6(let ipv6) = address else { return }
        let group = ipv6.solicitedNodeMulticast
        port.groups[group, default: 0] += 1
        if port.groups[group] == 1 { actions.append(.join(group, on: index)) }
    }

    private mutating func remove(_ address: IPAddress, from index: CInt, _ actions: inout [Action]) {
        guard var port = ports.removeValue(forKey: index) else { return }
        defer { ports[index] = port }
        guard port.responder.remove(address) else { return }
        port.announcer.end(address)
        if case .v6(let ipv6) = address {
            let group = ipv6.solicitedNodeMulticast
            let users = (port.groups[group] ?? 1) - 1
            port.groups[group] = users > 0 ? users : nil
            if users == 0 { actions.append(.leave(group, on: index)) }
        }
        if port.responder.count == 0 { close(&port, because: nil, &actions) }
    }

    private func close(_ port: inout Port, because obstacle: InterfaceObstacle?, _ actions: inout [Action]) {
        switch port.capture {
        case .open, .opening:
            actions.append(.close(port.interface.index))
            actions.append(.tell(.silent(interface: port.interface.name, obstacle)))
        case .closed, .failed: break
        }
        port.capture = .closed
    }

    // MARK: Interfaces

    package mutating func update(_ new: InterfaceTable, at now: Instant) -> [Action] {
        var actions: [Action] = []
        let old = table
        table = new
        for interface in old.interfaces where new[interface.index] == nil {
            if let port = ports[interface.index], port.capture != .closed {
                actions.append(.tell(.interfaceRemoved(interface.name)))
            }
            removePort(interface.index, because: nil, &actions)
            countersAtRest[interface.index] = nil
        }
        for interface in new.interfaces {
            let obstacle = InterfaceObstacle(of: interface, in: new)
            if let before = old[interface.index], before.name != interface.name, ports[interface.index] != nil {
                actions.append(.tell(.renamed(from: before.name, to: interface.name)))
            }
            if let obstacle, !obstacle.canBeOvercome {
                removePort(interface.index, because: obstacle, &actions)
            } else if let hardwareAddress = interface.hardwareAddress {
                updatePort(interface, hardwareAddress, isUsedByDefault: obstacle == nil, at: now, &actions)
            }
        }
        portIndexes = ports.keys.sorted()
        defaultPorts = portIndexes.filter { ports[$0]?.isUsedByDefault == true }
        portsByName = [:]
        for index in portIndexes { if let port = ports[index] { portsByName[port.interface.name] = index } }
        updateLocalAddresses(&actions)
        return actions
    }

    private mutating func removePort(_ index: CInt, because obstacle: InterfaceObstacle?, _ actions: inout [Action]) {
        guard var port = ports.removeValue(forKey: index) else { return }
        close(&port, because: obstacle, &actions)
        for group in port.groups.keys.sorted() { actions.append(.leave(group, on: index)) }
        countersAtRest[index] = port.counters
    }

    private mutating func updatePort(
        _ interface: Interface, _ hardwareAddress: MACAddress, isUsedByDefault: Bool, at now: Instant,
        _ actions: inout [Action]
    ) {
        let index = interface.index
        let old = ports[index]
        var port =
            old
            ?? Port(
                interface: interface, isUsedByDefault: isUsedByDefault,
                responder: Responder(hardwareAddress: hardwareAddress), announcer: Announcer(pace: pace),
                counters: countersAtRest.removeValue(forKey: index) ?? Layer2Counters())
        port.interface = interface
        port.isUsedByDefault = isUsedByDefault
        if port.responder.hardwareAddress != hardwareAddress {
            port.responder.hardwareAddress = hardwareAddress
            // Every neighbour's entry is wrong now.
            port.announcer.restart(at: now)
            actions.append(.tell(.hardwareAddressChanged(interface: interface.name, hardwareAddress)))
        }
        ports[index] = port
        guard old?.interface.name != interface.name || old?.isUsedByDefault != isUsedByDefault else { return }
        // In order, so that equal input gives equal output.
        for address in announced.keys.sorted() {
            guard let selection = announced[address] else { continue }
            if port.isSelected(by: selection) {
                add(address, to: index, at: now, &actions)
            } else {
                remove(address, from: index, &actions)
            }
        }
    }

    private mutating func updateLocalAddresses(_ actions: inout [Action]) {
        var addresses: [IPAddress: String] = [:]
        for interface in table.interfaces {
            for entry in interface.addresses { addresses[entry.address] = interface.name }
        }
        for (address, interface) in addresses.sorted(by: { $0.key < $1.key })
        where announced[address] != nil && localAddresses[address] == nil {
            actions.append(.tell(.configuredLocally(address, interface: interface)))
        }
        localAddresses = addresses
    }

    // MARK: Captures

    package mutating func captureOpened(on index: CInt, at now: Instant) -> [Action] {
        guard var port = ports[index], port.capture == .opening else { return [.close(index)] }
        port.capture = .open
        port.lastFailure = nil
        port.backoff.reset()
        port.announcer.restart(at: now)
        ports[index] = port
        return [
            .tell(.answering(interface: port.interface.name, hardwareAddress: port.responder.hardwareAddress))
        ]
    }

    /// A capture could not be opened, or broke. It is closed then, and opened again after a while if the interface is
    /// still suitable by then; that it is gone, the next table says.
    package mutating func captureFailed(
        on index: CInt, message: String, at now: Instant, using generator: inout some RandomNumberGenerator
    ) -> [Action] {
        guard var port = ports[index] else { return [.close(index)] }
        defer { ports[index] = port }
        let delay = port.backoff.next(using: &generator)
        port.capture = .failed(message, retryAt: now.advanced(by: delay))
        var actions = [Action.close(index)]
        if port.lastFailure != message {
            actions.append(
                .tell(.captureFailed(interface: port.interface.name, message: message, retryAfter: delay)))
        }
        port.lastFailure = message
        return actions
    }

    // MARK: Frames

    /// Answers a frame. The reply, if there is one, is in `reply`, to be sent on the same interface.
    package mutating func receive(
        _ frame: Span<UInt8>, on index: CInt, into reply: inout ByteWriter
    ) -> Responder.Outcome { ports[index]?.receive(frame, into: &reply) ?? .dropped(.notSuitable) }

    /// Remembers a conflict; it is told once for each address, stranger and interface.
    package mutating func noteConflict(
        _ address: IPAddress, with hardwareAddress: MACAddress, on index: CInt, at now: Instant
    ) -> [Action] {
        guard let name = ports[index]?.interface.name else { return [] }
        let old = conflicts[address]
        conflicts[address] = Layer2Snapshot.Conflict(
            address: address, hardwareAddress: hardwareAddress, interface: name, lastSeen: now)
        let isKnown = old?.hardwareAddress == hardwareAddress && old?.interface == name
        // Strangers in turn do not fill the log either.
        let isRecent = old.map { $0.lastSeen.duration(to: now) < .seconds(10) } ?? false
        if isKnown || isRecent { return [] }
        return [.tell(.conflict(address, with: hardwareAddress, interface: name))]
    }

    package mutating func countSendFailure(on index: CInt) { ports[index]?.counters.sendFailures += 1 }

    // MARK: Time

    /// When ``handleDeadline(at:)`` or ``popAnnouncement(at:using:into:)`` has something to do.
    package var nextDeadline: Instant? {
        ports.values.lazy.compactMap { port in
            switch port.capture {
            case .open: port.announcer.nextDeadline
            case .failed(_, let retryAt): retryAt
            case .closed, .opening: nil
            }
        }.min()
    }

    /// What is due apart from announcements.
    package mutating func handleDeadline(at now: Instant) -> [Action] {
        var actions: [Action] = []
        for index in portIndexes {
            guard case .failed(_, let retryAt) = ports[index]?.capture, retryAt <= now else { continue }
            ports[index]?.capture = .opening
            if let interface = ports[index]?.interface { actions.append(.open(interface)) }
        }
        return actions
    }

    /// Writes one announcement that is due, and returns the index of the interface to send it on; `nil`: none is due.
    package mutating func popAnnouncement(
        at now: Instant, using generator: inout some RandomNumberGenerator, into frame: inout ByteWriter
    ) -> CInt? {
        for index in portIndexes where ports[index]?.capture == .open {
            guard let address = ports[index]?.announcer.popDue(at: now, using: &generator),
                let hardwareAddress = ports[index]?.responder.hardwareAddress
            else { continue }
            ports[index]?.counters.countAnnouncement(of: address)
            Announcement.encodeFrame(announcing: address, at: hardwareAddress, into: &frame)
            return index
        }
        return nil
    }

    // MARK: State

    package var snapshot: Layer2Snapshot {
        let interfaces = table.interfaces.map { interface in
            guard let port = ports[interface.index] else {
                return Layer2Snapshot.InterfaceStatus(
                    name: interface.name, index: interface.index,
                    state: InterfaceObstacle(of: interface, in: table).map { .unsuitable($0) } ?? .idle,
                    isUsedByDefault: false, counters: countersAtRest[interface.index] ?? Layer2Counters(),
                    addresses: 0)
            }
            let state: Layer2Snapshot.InterfaceState =
                switch port.capture {
                case .open: .answering
                case .failed(let message, _): .failed(message)
                case .closed where !port.isUsedByDefault:
                    InterfaceObstacle(of: interface, in: table).map { .unsuitable($0) } ?? .idle
                case .closed, .opening: .idle
                }
            return Layer2Snapshot.InterfaceStatus(
                name: interface.name, index: interface.index, state: state, isUsedByDefault: port.isUsedByDefault,
                counters: port.counters, addresses: port.responder.count)
        }
        return Layer2Snapshot(
            interfaces: interfaces, announced: announced,
            conflicts: conflicts.values.sorted { $0.address < $1.address },
            configuredLocally: localAddresses.filter { announced[$0.key] != nil })
    }
}

extension Layer2Core.Port {
    fileprivate mutating func receive(_ frame: Span<UInt8>, into reply: inout ByteWriter) -> Responder.Outcome {
        let outcome = responder.answer(frame, into: &reply)
        counters.count(outcome)
        return outcome
    }
}
