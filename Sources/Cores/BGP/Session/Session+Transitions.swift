import Timing

// Start, stop, connections coming and going: RFC 4271 §8.2.2.

extension Session {
    /// The only place that assigns ``state``: it follows from the connections and timers that there are.
    mutating func settle(_ event: SessionEvent, error: String? = nil, _ turn: inout Turn) {
        let from = state
        let phases = connections.map(\.state)
        let order: [SessionState] = [.established, .openConfirm, .openSent, .connect]
        state =
            order.first(where: phases.contains)
            ?? (isStarted && !timers.isRunning(.idleHold) ? .active : .idle)
        if from == .established, state != .established {
            turn.actions.append(.ended)
            // The peer may be another program when it comes back.
            omitsCapabilities = false
        }
        if from != state {
            turn.actions.append(.stateChanged(Transition(from: from, to: state, event: event, error: error)))
        }
        if from != .established, state == .established, let negotiated {
            turn.actions.append(.established(negotiated))
        }
    }

    mutating func start(_ turn: inout Turn) {
        guard !isStarted else { return }
        isStarted = true
        backoff.reset()
        connectOrListen(&turn)
        settle(.manualStart, &turn)
    }

    mutating func stop(_ reason: StopReason, _ turn: inout Turn) {
        guard isStarted else { return }
        isStarted = false
        for connection in connections {
            if let notification = notification(for: reason, on: connection) {
                send(notification, on: connection.id, &turn)
            }
            turn.actions.append(.close(connection.id))
        }
        if reason == .bfdDown, state == .established {
            (lastNotification, lastLoss) = ("BFD detected that the path to the peer has failed", nil)
            statistics.failures += 1
        }
        connections.removeAll()
        timers.stopAll()
        omitsCapabilities = false
        let isManual: Bool
        switch reason {
        case .administrativeShutdown, .administrativeReset, .restart: isManual = true
        case .peerDeconfigured, .configurationChanged, .bfdDown: isManual = false
        }
        settle(isManual ? .manualStop : .automaticStop, &turn)
    }

    private func notification(for reason: StopReason, on connection: Connection) -> NotificationMessage? {
        guard case .connecting = connection.phase else {
            let cease: NotificationMessage
            switch reason {
            case .administrativeShutdown(let text), .restart(let text):
                cease = .cease(ErrorSubcode.Cease.administrativeShutdown, text: text)
            case .administrativeReset(let text): cease = .cease(ErrorSubcode.Cease.administrativeReset, text: text)
            case .peerDeconfigured: cease = .cease(ErrorSubcode.Cease.peerDeconfigured)
            case .configurationChanged: cease = .cease(ErrorSubcode.Cease.otherConfigurationChange)
            case .bfdDown: cease = .cease(ErrorSubcode.Cease.bfdDown)
            }
            guard case .established(let negotiated) = connection.phase else { return cease }
            if case .restart = reason, negotiated.peerGracefulRestart != nil { return nil }
            // RFC 8538 §3: where a NOTIFICATION too begins a graceful restart, only a Hard Reset ends the session.
            return negotiated.needsHardReset ? cease.asHardReset : cease
        }
        // RFC 4271 §8.2.2, Connect: there is no peer to notify yet.
        return nil
    }

    /// Tries to connect; a passive session waits.
    private mutating func connectOrListen(_ turn: inout Turn) {
        timers.stop(.connectRetry)
        guard !configuration.isPassive, index(of: .outbound) == nil else { return }
        connectionCount += 1
        let id = ConnectionID(direction: .outbound, number: connectionCount)
        connections.append(Connection(id: id, phase: .connecting))
        timers.set(.connectRetry, at: turn.now.advanced(by: configuration.connectRetryTime))
        turn.actions.append(.connect(id))
    }

    mutating func connected(_ id: ConnectionID, _ turn: inout Turn) {
        guard let index = index(of: id), case .connecting = connections[index].phase else {
            // Given up in the meantime.
            turn.actions.append(.close(id))
            return
        }
        timers.stop(.connectRetry)
        sendOpen(on: index, &turn)
        settle(.tcpConnectionRequestAcknowledged, &turn)
    }

    mutating func accepted(_ id: ConnectionID, _ turn: inout Turn) {
        // RFC 4271 §8.2.2, Idle: incoming connections are refused.
        guard isStarted, !timers.isRunning(.idleHold) else {
            turn.actions.append(.close(id))
            return
        }
        if let previous = index(of: .inbound) {
            let old = connections[previous]
            if case .established(let negotiated) = old.phase, !negotiated.isEndedByNewConnection {
                // RFC 4271 §6.8: an Established connection stays.
                reject(id, &turn)
                return
            }
            // The peer has given the old one up; RFC 4724 §5 says so even of an Established one.
            drop(old.id, &turn)
            turn.actions.append(.close(old.id))
        } else if let negotiated {
            guard negotiated.isEndedByNewConnection else {
                reject(id, &turn)
                return
            }
            drop(negotiated.connection, &turn)
            turn.actions.append(.close(negotiated.connection))
        }
        if index(of: .outbound) == nil { timers.stop(.connectRetry) }
        connections.append(Connection(id: id, phase: .connecting))
        sendOpen(on: connections.count - 1, &turn)
        settle(.tcpConnectionConfirmed, &turn)
    }

    private mutating func reject(_ id: ConnectionID, _ turn: inout Turn) {
        send(.cease(ErrorSubcode.Cease.connectionCollisionResolution), on: id, &turn)
        turn.actions.append(.close(id))
    }

    mutating func connectionFailed(
        _ id: ConnectionID, _ reason: String, _ turn: inout Turn, _ generator: inout some RandomNumberGenerator
    ) {
        guard let index = index(of: id) else { return }
        let phase = connections[index].phase
        switch phase {
        case .connecting, .openSent:
            // RFC 4271 §8.2.2, Connect and OpenSent: Active, and again when the ConnectRetryTimer expires.
            drop(id, &turn)
            if case .openSent = phase { omitsCapabilities = false }
            lastLoss = reason
            statistics.failures += 1
            if connections.isEmpty {
                timers.set(.connectRetry, at: turn.now.advanced(by: backoff.next(using: &generator)))
            }
            settle(.tcpConnectionFails, error: reason, &turn)
        case .openConfirm, .established:
            fail(id, nil, reason, .tcpConnectionFails, &turn, &generator)
        }
    }

    /// Ends a connection that went wrong. If it was the last, the session is Idle for a while.
    mutating func fail(
        _ id: ConnectionID, _ notification: NotificationMessage?, _ reason: String, _ event: SessionEvent,
        _ turn: inout Turn, _ generator: inout some RandomNumberGenerator
    ) {
        if let notification { send(notification, on: id, &turn) }
        // An OPEN without capabilities did not do either: the next one has them again.
        omitsCapabilities = false
        // What was lost need not be closed.
        if event != .tcpConnectionFails { turn.actions.append(.close(id)) }
        if negotiated?.connection == id { (lastNotification, lastLoss) = (nil, nil) }
        drop(id, &turn)
        if event == .tcpConnectionFails {
            lastLoss = reason
        } else {
            lastNotification = reason
            lastLoss = nil
        }
        statistics.failures += 1
        if connections.isEmpty {
            timers.stop(.connectRetry)
            timers.set(.idleHold, at: turn.now.advanced(by: backoff.next(using: &generator)))
        }
        settle(event, error: reason, &turn)
    }

    /// Forgets a connection and its timers.
    mutating func drop(_ id: ConnectionID, _ turn: inout Turn) {
        connections.removeAll { $0.id == id }
        timers.stop(.hold(id))
        timers.stop(.keepalive(id))
        timers.stop(.sendHold(id))
    }

    func index(of id: ConnectionID) -> Int? { connections.firstIndex { $0.id == id } }
    func index(of direction: ConnectionID.Direction) -> Int? {
        connections.firstIndex { $0.id.direction == direction }
    }
}

// MARK: - Timers (RFC 4271 §8.1.3, §10)

extension Session {
    mutating func fireTimers(_ turn: inout Turn, _ generator: inout some RandomNumberGenerator) {
        for _ in 0..<timers.count {
            guard let timer = timers.popExpired(at: turn.now) else { break }
            switch timer {
            case .idleHold:
                connectOrListen(&turn)
                settle(.idleHoldTimerExpires, &turn)
            case .connectRetry: connectRetryTimerExpires(&turn, &generator)
            case .hold(let id):
                // RFC 4271 §6.5.
                let notification = NotificationMessage(code: .holdTimerExpired, subcode: ErrorSubcode.unspecific)
                fail(
                    id, notification, "the hold time expired: no message from the peer", .holdTimerExpires, &turn,
                    &generator)
            case .keepalive(let id):
                sendKeepalive(on: id, &turn, &generator)
            case .sendHold(let id):
                // RFC 9687 §3.1.
                let notification = NotificationMessage(code: .sendHoldTimerExpired, subcode: ErrorSubcode.unspecific)
                fail(
                    id, notification, "the send hold time expired: the peer reads nothing", .sendHoldTimerExpires,
                    &turn,
                    &generator)
            }
        }
    }

    private mutating func connectRetryTimerExpires(
        _ turn: inout Turn, _ generator: inout some RandomNumberGenerator
    ) {
        if let index = index(of: .outbound), case .connecting = connections[index].phase {
            // RFC 4271 §8.2.2, Connect: the attempt has taken too long.
            let id = connections[index].id
            turn.actions.append(.close(id))
            connectionFailed(id, "no answer to the connection attempt", &turn, &generator)
            return
        }
        connectOrListen(&turn)
        settle(.connectRetryTimerExpires, &turn)
    }

    mutating func restartHoldTimer(_ connection: Connection, at now: Instant) {
        switch connection.phase {
        case .connecting, .openSent: break
        case .openConfirm(let negotiated), .established(let negotiated):
            // RFC 4271 §4.2: zero means that the timer never runs.
            guard negotiated.holdTime > .zero else { return }
            timers.set(.hold(connection.id), at: now.advanced(by: negotiated.holdTime))
        }
    }

    mutating func restartKeepaliveTimer(
        _ connection: Connection, at now: Instant, _ generator: inout some RandomNumberGenerator
    ) {
        switch connection.phase {
        case .connecting, .openSent: break
        case .openConfirm(let negotiated), .established(let negotiated):
            guard negotiated.keepaliveTime > .zero else { return }
            // RFC 4271 §10: three quarters of the time to all of it.
            let delay = negotiated.keepaliveTime.jittered(by: 0.25, using: &generator)
            timers.set(.keepalive(connection.id), at: now.advanced(by: delay))
        }
    }

    /// RFC 9687 §3.1: it runs while Established, from the last time that the socket took what it was given.
    mutating func restartSendHoldTimer(_ id: ConnectionID, at now: Instant) {
        guard let index = index(of: id), case .established(let negotiated) = connections[index].phase,
            negotiated.holdTime > .zero
        else { return }
        // RFC 9687 §3.2: eight minutes, or twice the hold time where that is more.
        let time = max(SessionConfiguration.leastSendHoldTime, negotiated.holdTime * 2)
        timers.set(.sendHold(id), at: now.advanced(by: time))
    }
}
