import Addresses
import Interfaces
import LinkLayer
import Timing
import WireCodec
import WireIdentity

/// Which addresses are claimed on which interfaces, and what follows from each change of either.
///
/// A value: changes, tables of interfaces, frames and moments go in; what to open, close, join, leave, tell and report
/// comes out. The caller performs the actions in order, and sends what ``popFrame(at:using:into:)`` gives.
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
        case report(Layer2Report)
    }

    let settings: Layer2Settings
    private(set) var table = InterfaceTable()
    private var roles: [IPAddress: [String: ClaimRole]] = [:]
    /// How many addresses have a role on each interface, by its name.
    private var named: [String: Int] = [:]
    private var watched: Set<String> = []
    private var speaker: UInt32 = 0
    private var otherSpeakers: Set<UInt32> = []
    private var heard: [String: [UInt32: Set<MACAddress>]] = [:]
    private var isLeaving = false
    private(set) var ports = Layer2Ports()
    /// The position of the port that sends next.
    private var turn = 0
    private var portsByName: [String: CInt] = [:]
    /// Of interfaces that have no port at present; so that they go on from there.
    private(set) var countersAtRest: [CInt: Layer2Counters] = [:]
    /// Where the kernel has which addresses.
    private(set) var localAddresses: [IPAddress: String] = [:]
    private(set) var conflicts: [Layer2Snapshot.Conflict] = []
    /// Known to this process alone.
    private let nonceSecret: UInt64
    /// What removed interfaces have used and learned, so that neither starts again.
    private var numbers: MessageNumbers
    private var replayGuards: [Witness: ReplayGuard] = [:]

    /// - Parameter nonceSecret: chance.
    package init(settings: Layer2Settings = Layer2Settings(), nonceSecret: UInt64 = 0) {
        self.settings = settings
        self.nonceSecret = nonceSecret
        numbers = MessageNumbers(startingAt: settings.credentials.firstNumber)
    }

    // MARK: What is wanted

    package mutating func apply(_ change: Layer2Change, at now: Instant) -> [Action] {
        var actions: [Action] = []
        switch change {
        case .assign(let address, let new): assign(new, of: address, at: now, &actions)
        case .watch(let names):
            watched = names
            for index in ports.indexes { updateCapture(on: index, because: nil, at: now, &actions) }
        case .speakers(let own, let others):
            (speaker, otherSpeakers) = (own, others)
            for index in ports.indexes { onPort(index, &actions) { $0.setSpeakers(own, others, at: now) } }
        case .heard(let speakers, let name):
            heard[name] = speakers.isEmpty ? nil : speakers
            if let index = portsByName[name] { onPort(index, &actions) { $0.setHeard(speakers, at: now) } }
        case .leave:
            isLeaving = true
            for index in ports.indexes { onPort(index, &actions) { $0.leave(at: now) } }
        }
        return actions
    }

    private mutating func assign(
        _ new: [String: ClaimRole], of address: IPAddress, at now: Instant, _ actions: inout [Action]
    ) {
        let old = roles.updateValue(new, forKey: address) ?? [:]
        if new.isEmpty { roles[address] = nil }
        for name in old.keys where new[name] == nil {
            named[name, default: 1] -= 1
            if named[name] == 0 { named[name] = nil }
        }
        for name in new.keys where old[name] == nil { named[name, default: 0] += 1 }
        if old.isEmpty, !new.isEmpty, let interface = localAddresses[address] {
            actions.append(.tell(.configuredLocally(address, interface: interface)))
        }
        // In order, so that equal input gives equal output.
        for name in Set(old.keys).union(new.keys).sorted() where old[name] != new[name] {
            guard let index = portsByName[name] else { continue }
            onPort(index, &actions) { $0.assign(new[name], of: address, at: now) }
            updateCapture(on: index, because: nil, at: now, &actions)
        }
    }

    /// Does something to the claims on an interface, and passes on what comes of it.
    private mutating func onPort(
        _ index: CInt, _ actions: inout [Action], _ body: (inout SegmentClaims) -> [SegmentClaims.Action]
    ) {
        guard let done = ports.change(index, { body(&$0.claims) }) else { return }
        perform(done, on: index, &actions)
    }

    private mutating func perform(_ done: [SegmentClaims.Action], on index: CInt, _ actions: inout [Action]) {
        guard !done.isEmpty, let name = ports[index]?.interface.name else { return }
        for action in done {
            switch action {
            case .join(let group): actions.append(.join(group, on: index))
            case .leave(let group): actions.append(.leave(group, on: index))
            case .present(let speakers): actions.append(.report(.present(speakers, on: name)))
            case .coldStart: actions.append(.report(.coldStart(on: name)))
            case .forged(let witness, let address):
                actions.append(.report(.forged(witness, of: address, on: name)))
                actions.append(.tell(.forged(address, by: witness, interface: name)))
            case .beliefDropped(let witness, let address):
                actions.append(.report(.beliefDropped(witness, of: address, on: name)))
                actions.append(.tell(.beliefDropped(address, of: witness, interface: name)))
            case .report(let report, let address):
                actions.append(.report(Layer2Report(report, of: address, on: name)))
                if case .stranger(let stranger) = report {
                    if stranger != nil { ports.change(index) { $0.counters.conflicts += 1 } }
                    noteConflict(address, stranger, on: name, &actions)
                }
            }
        }
    }

    private mutating func noteConflict(
        _ address: IPAddress, _ stranger: ClaimStranger?, on interface: String, _ actions: inout [Action]
    ) {
        conflicts.removeAll { $0.address == address && $0.interface == interface }
        if let stranger {
            conflicts.append(
                Layer2Snapshot.Conflict(
                    address: address, hardwareAddress: stranger.hardwareAddress, interface: interface))
            actions.append(.tell(.conflict(address, with: stranger, interface: interface)))
        } else {
            actions.append(.tell(.conflictOver(address, interface: interface)))
        }
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
            removePort(interface.index, because: nil, at: now, &actions)
            countersAtRest[interface.index] = nil
        }
        for interface in new.interfaces {
            let obstacle = InterfaceObstacle(of: interface, in: new)
            if let before = old[interface.index], before.name != interface.name, ports[interface.index] != nil {
                actions.append(.tell(.renamed(from: before.name, to: interface.name)))
            }
            if let obstacle, !obstacle.canBeOvercome {
                removePort(interface.index, because: obstacle, at: now, &actions)
            } else if let hardwareAddress = interface.hardwareAddress {
                updatePort(interface, hardwareAddress, at: now, &actions)
            }
        }
        let own = Set(new.interfaces.compactMap(\.hardwareAddress))
        for index in ports.indexes { ports.change(index) { $0.claims.setHostAddresses(own) } }
        portsByName = [:]
        for port in ports.values { portsByName[port.interface.name] = port.interface.index }
        updateLocalAddresses(&actions)
        return actions
    }

    private mutating func removePort(
        _ index: CInt, because obstacle: InterfaceObstacle?, at now: Instant, _ actions: inout [Action]
    ) {
        guard let port = ports[index] else { return }
        closeCapture(on: index, because: obstacle, at: now, &actions)
        for conflict in conflicts where conflict.interface == port.interface.name {
            actions.append(.report(.stranger(nil, of: conflict.address, on: conflict.interface)))
        }
        conflicts.removeAll { $0.interface == port.interface.name }
        countersAtRest[index] = ports[index]?.counters ?? port.counters
        numbers = max(numbers, port.claims.numbers)
        replayGuards.merge(port.claims.replayGuards) { ($0.last ?? 0) > ($1.last ?? 0) ? $0 : $1 }
        ports.remove(index)
    }

    private mutating func updatePort(
        _ interface: Interface, _ hardwareAddress: MACAddress, at now: Instant, _ actions: inout [Action]
    ) {
        let index = interface.index
        let old = ports[index]?.interface
        if old == nil {
            var claims = SegmentClaims(
                speaker: speaker, hardwareAddress: hardwareAddress, pace: settings.claims, announcements: settings.pace,
                credentials: settings.credentials, nonceSecret: nonceSecret)
            claims.numbers = max(claims.numbers, numbers)
            claims.replayGuards = replayGuards
            claims.speaksPreviousVersion = settings.speaksPreviousVersion
            // Not connected yet: nothing comes of it.
            _ = claims.setSpeakers(speaker, otherSpeakers, at: now)
            if isLeaving { _ = claims.leave(at: now) }
            ports.insert(
                Layer2Port(
                    interface: interface, claims: claims,
                    counters: countersAtRest.removeValue(forKey: index) ?? Layer2Counters()))
        }
        let isNewAddress = ports.change(index) { port in
            port.interface = interface
            port.claims.ownAddress = interface.greetingAddress
            guard port.claims.hardwareAddress != hardwareAddress else { return false }
            port.claims.change(hardwareAddress: hardwareAddress, at: now)
            return true
        }
        if isNewAddress == true {
            actions.append(.tell(.hardwareAddressChanged(interface: interface.name, hardwareAddress)))
        }
        guard old?.name != interface.name else { return }
        let name = interface.name
        onPort(index, &actions) { [heard] in $0.setHeard(heard[name] ?? [:], at: now) }
        // In order, so that equal input gives equal output. Of most interfaces that come, as the host's ends of pods' links,
        // no role speaks.
        let names = [old?.name, name].compactMap(\.self)
        let concerned = names.allSatisfy { named[$0] == nil } ? [] : roles.keys.sorted()
        for address in concerned {
            let (before, after) = (old.flatMap { roles[address]?[$0.name] }, roles[address]?[name])
            if before != after { onPort(index, &actions) { $0.assign(after, of: address, at: now) } }
        }
        updateCapture(on: index, because: nil, at: now, &actions)
    }

    private mutating func updateLocalAddresses(_ actions: inout [Action]) {
        var addresses: [IPAddress: String] = [:]
        for interface in table.interfaces {
            for entry in interface.addresses { addresses[entry.address] = interface.name }
        }
        let new = addresses.filter { roles[$0.key] != nil && localAddresses[$0.key] == nil }
        for (address, interface) in new.sorted(by: { $0.key < $1.key }) {
            actions.append(.tell(.configuredLocally(address, interface: interface)))
        }
        localAddresses = addresses
    }

    /// Whether the kernel answers for the address too.
    func isConfiguredLocally(_ address: IPAddress) -> Bool { roles[address] != nil && localAddresses[address] != nil }
}

// MARK: - Captures
extension Layer2Core {
    /// Opens the capture if it is needed and closed, closes it if it is not needed and open.
    private mutating func updateCapture(
        on index: CInt, because obstacle: InterfaceObstacle?, at now: Instant, _ actions: inout [Action]
    ) {
        guard let port = ports[index] else { return }
        if port.claims.count > 0 || watched.contains(port.interface.name) {
            guard port.capture == .closed else { return }
            ports.change(index) { $0.capture = .opening }
            actions.append(.open(port.interface))
        } else {
            closeCapture(on: index, because: obstacle, at: now, &actions)
        }
    }

    private mutating func closeCapture(
        on index: CInt, because obstacle: InterfaceObstacle?, at now: Instant, _ actions: inout [Action]
    ) {
        guard let port = ports[index] else { return }
        onPort(index, &actions) { $0.disconnect(at: now) }
        switch port.capture {
        case .open, .opening:
            actions.append(.close(port.interface.index))
            actions.append(.tell(.silent(interface: port.interface.name, obstacle)))
        case .closed, .failed: break
        }
        ports.change(index) { $0.capture = .closed }
    }

    package mutating func captureOpened(on index: CInt, at now: Instant) -> [Action] {
        guard let port = ports[index], port.capture == .opening else { return [.close(index)] }
        ports.change(index) { port in
            port.capture = .open
            port.lastFailure = nil
            port.backoff.reset()
        }
        var actions: [Action] = [
            .tell(.answering(interface: port.interface.name, hardwareAddress: port.claims.hardwareAddress))
        ]
        onPort(index, &actions) { $0.connect(at: now) }
        return actions
    }

    /// A capture could not be opened, or broke. It is closed then, and opened again after a while if the interface is
    /// still suitable by then; that it is gone, the next table says.
    package mutating func captureFailed(
        on index: CInt, message: String, at now: Instant, using generator: inout some RandomNumberGenerator
    ) -> [Action] {
        guard let port = ports[index] else { return [.close(index)] }
        var actions: [Action] = []
        onPort(index, &actions) { $0.disconnect(at: now) }
        var backoff = port.backoff
        let delay = backoff.next(using: &generator)
        ports.change(index) { port in
            port.backoff = backoff
            port.capture = .failed(message, retryAt: now.advanced(by: delay))
            port.lastFailure = message
        }
        actions.append(.close(index))
        if port.lastFailure != message {
            actions.append(
                .tell(.captureFailed(interface: port.interface.name, message: message, retryAfter: delay)))
        }
        return actions
    }
}

// MARK: - Frames and time
extension Layer2Core {
    /// Takes a frame. The reply, if there is one, is in `reply`, to be sent on the same interface.
    package mutating func receive(
        _ frame: Span<UInt8>, on index: CInt, at now: Instant, into reply: inout ByteWriter, _ actions: inout [Action]
    ) -> SegmentClaims.Outcome {
        var done: [SegmentClaims.Action] = []
        guard let outcome = ports.change(index, { $0.receive(frame, at: now, into: &reply, &done) }) else {
            return .dropped(.notSuitable)
        }
        perform(done, on: index, &actions)
        return outcome
    }

    package mutating func countSendFailure(on index: CInt) { ports.change(index) { $0.counters.sendFailures += 1 } }

    /// The kernel has dropped so many more frames of this interface.
    package mutating func countKernelDrops(_ count: Int, on index: CInt) {
        guard ports.change(index, { $0.counters.kernelDrops += count }) == nil else { return }
        countersAtRest[index]?.kernelDrops += count
    }

    /// When ``handleDeadline(at:)`` or ``popFrame(at:using:into:)`` has something to do.
    package var nextDeadline: Instant? {
        ports.deadlines.reduce(nil, Instant.earliest)
    }

    /// What is due apart from frames. To be called after everything pending in the captures was given to
    /// ``receive(_:on:at:into:_:)``: packets that have arrived count.
    package mutating func handleDeadline(at now: Instant) -> [Action] {
        var actions: [Action] = []
        for (position, index) in ports.indexes.enumerated() {
            guard let deadline = ports.deadlines[position], deadline <= now else { continue }
            if case .failed = ports.values[position].capture {
                ports.change(index) { $0.capture = .opening }
                actions.append(.open(ports.values[position].interface))
            } else {
                onPort(index, &actions) { $0.handleDeadline(at: now) }
            }
        }
        return actions
    }

    /// Writes one frame, and returns the index of the interface to send it on; `nil`: none is due.
    package mutating func popFrame(
        at now: Instant, using generator: inout some RandomNumberGenerator, into frame: inout ByteWriter
    ) -> CInt? {
        // In turn, so that an interface on which much is asked does not keep the others from asking and announcing.
        let count = ports.indexes.count
        for step in 0..<count {
            let position = (turn + step) % count
            guard let deadline = ports.deadlines[position], deadline <= now else { continue }
            let index = ports.indexes[position]
            if ports.change(index, { $0.popFrame(at: now, using: &generator, into: &frame) }) == true {
                turn = position + 1
                return index
            }
        }
        return nil
    }

    /// Whether this node leaves, and answers for nothing any more.
    package var hasLeft: Bool { isLeaving && ports.values.allSatisfy { $0.claims.held == 0 } }
}
