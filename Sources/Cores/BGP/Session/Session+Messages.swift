import Addresses
import Timing
import WireCodec

// What is sent, and what comes: RFC 4271 §8.2.2, OpenSent to Established.

// MARK: - Sending

extension Session {
    /// What we can do; RFC 5492 §3: nothing to a peer that knows no capabilities.
    private var capabilities: [Capability] {
        guard !omitsCapabilities else { return [] }
        let families = configuration.families.map(RouteFamily.init(unicast:))
        var list = families.map(Capability.multiprotocol)
        list += [.routeRefresh, .enhancedRouteRefresh, .extendedMessage, .fourOctetASN(configuration.localASN)]
        if configuration.allowsExtendedNextHop, configuration.families.contains(.ipv4) {
            let entry = Capability.ExtendedNextHop(family: RouteFamily(unicast: .ipv4), nextHop: .ipv6)
            list.append(.extendedNextHop([entry]))
        }
        if let settings = configuration.gracefulRestart {
            let restart = GracefulRestart(
                // RFC 4724 §4.1: until the first session after the restart is established.
                isRestarting: settings.isRestarting && statistics.established == 0, coversNotifications: true,
                restartTime: UInt16(clamping: settings.restartTime.components.seconds),
                // RFC 4724 §3: we forward nothing ourselves, and so what was forwarded still is.
                families: families.map { GracefulRestart.Family(family: $0, isForwardingPreserved: true) })
            list.append(.gracefulRestart(restart))
        }
        return list
    }

    mutating func sendOpen(on index: Int, _ turn: inout Turn) {
        let id = connections[index].id
        let open = OpenMessage(
            asn: configuration.localASN, holdTime: configuration.holdTimeInSeconds,
            identifier: configuration.identifier, capabilities: capabilities)
        var writer = ByteWriter()
        do throws(LengthOverflow) { try open.encode(into: &writer) } catch {
            preconditionFailure("our OPEN with some ten capabilities does not fit: \(error)")
        }
        statistics.sent.count(.open)
        turn.actions.append(.send(writer.bytes, id))
        connections[index].offered = open.capabilities
        connections[index].phase = .openSent
        timers.set(.hold(id), at: turn.now.advanced(by: SessionConfiguration.openHoldTime))
    }

    mutating func send(_ notification: NotificationMessage, on id: ConnectionID, _ turn: inout Turn) {
        var writer = ByteWriter()
        notification.encode(into: &writer)
        statistics.sent.count(.notification)
        turn.actions.append(.send(writer.bytes, id))
    }

    mutating func sendKeepalive(
        on id: ConnectionID, _ turn: inout Turn, _ generator: inout some RandomNumberGenerator
    ) {
        guard let index = index(of: id) else { return }
        statistics.sent.count(.keepalive)
        turn.actions.append(.send(KeepaliveMessage.encoded, id))
        restartKeepaliveTimer(connections[index], at: turn.now, &generator)
    }

    /// RFC 4271 §8.2.2, Established: an UPDATE is as good as a KEEPALIVE.
    mutating func updatesSent(
        _ id: ConnectionID, count: Int, _ turn: inout Turn, _ generator: inout some RandomNumberGenerator
    ) {
        guard let index = index(of: id) else { return }
        statistics.sent.count(.update, times: count)
        restartKeepaliveTimer(connections[index], at: turn.now, &generator)
    }
}

// MARK: - Receiving

extension Session {
    mutating func received(
        _ bytes: [UInt8], on id: ConnectionID, _ turn: inout Turn, _ generator: inout some RandomNumberGenerator
    ) {
        guard let index = index(of: id) else { return }
        connections[index].framer.append(bytes)
        // A message may end the connection, or another one: look it up each time.
        while let index = self.index(of: id) {
            var unexpected: SessionEvent?
            do throws(MessageError) {
                let limit = connections[index].maximumReceivedLength
                guard let frame = try connections[index].framer.next(maximumLength: limit) else { return }
                unexpected = SessionEvent(receiving: frame.type)
                try receive(frame, on: index, &turn, &generator)
            } catch {
                let event: SessionEvent
                switch error.notification.code {
                case .messageHeaderError: event = .bgpHeaderError
                case .openMessageError: event = .bgpOpenMessageError
                case .finiteStateMachineError: event = unexpected ?? .bgpHeaderError
                default: event = .updateMessageError
                }
                fail(id, error.notification, "sent \(error)", event, &turn, &generator)
            }
        }
    }

    private mutating func receive(
        _ frame: MessageFramer.Frame, on index: Int, _ turn: inout Turn, _ generator: inout some RandomNumberGenerator
    ) throws(MessageError) {
        statistics.received.count(frame.type)
        let connection = connections[index]
        let body = frame.bytes.span.extracting(droppingFirst: Header.length)
        switch (connection.phase, frame.type) {
        case (_, .notification):
            let notification = try NotificationMessage(decoding: body)
            receive(notification, on: connection, &turn, &generator)
        case (.openSent, .open):
            try receive(try OpenMessage(decoding: body), on: index, &turn, &generator)
        case (.openConfirm(let negotiated), .keepalive):
            connections[index].phase = .established(negotiated)
            restartHoldTimer(connections[index], at: turn.now)
            becomeEstablished(connection.id, &turn)
        case (.established, .keepalive): restartHoldTimer(connection, at: turn.now)
        case (.established(let negotiated), .update):
            restartHoldTimer(connection, at: turn.now)
            try receive(update: body, negotiated)
        case (.established(let negotiated), .routeRefresh):
            let message = try RouteRefreshMessage(
                decoding: frame.bytes.span, isEnhanced: negotiated.enhancedRouteRefresh)
            receive(message, negotiated, &turn)
        default:
            // RFC 4271 §6.6, RFC 6608 §3: the data is the type of the message.
            throw MessageError(
                .finiteStateMachineError, connection.unexpectedMessageSubcode, data: [frame.type.rawValue],
                reason: "\(frame.type) in \(connection.state)")
        }
    }

    private mutating func receive(
        _ open: OpenMessage, on index: Int, _ turn: inout Turn, _ generator: inout some RandomNumberGenerator
    ) throws(MessageError) {
        let id = connections[index].id
        let negotiated = try NegotiatedSession(
            open, configuration: configuration, ours: connections[index].offered, connection: id)
        if resolveCollision(of: id, negotiated, &turn) { return }
        guard let index = self.index(of: id) else { return }
        connections[index].phase = .openConfirm(negotiated)
        timers.stop(.hold(id))
        restartHoldTimer(connections[index], at: turn.now)
        sendKeepalive(on: id, &turn, &generator)
        settle(.bgpOpen, &turn)
    }

    /// RFC 4271 §6.8: what to do about another connection to the same speaker.
    ///
    /// - Returns: whether it was this one that had to go.
    private mutating func resolveCollision(
        of id: ConnectionID, _ negotiated: NegotiatedSession, _ turn: inout Turn
    ) -> Bool {
        for other in connections where other.id != id {
            let loser: ConnectionID
            switch other.phase {
            case .connecting, .openSent: continue  // Its OPEN will tell.
            case .openConfirm:
                let survivor = Collision.survivor(
                    local: Collision.Speaker(identifier: configuration.identifier, asn: configuration.localASN),
                    remote: Collision.Speaker(identifier: negotiated.peerIdentifier, asn: negotiated.peerASN))
                loser = id.direction == survivor ? other.id : id
            case .established: loser = id
            }
            send(.cease(ErrorSubcode.Cease.connectionCollisionResolution), on: loser, &turn)
            turn.actions.append(.close(loser))
            drop(loser, &turn)
            settle(.openCollisionDump, &turn)
            if loser == id { return true }
        }
        return false
    }

    private mutating func becomeEstablished(_ id: ConnectionID, _ turn: inout Turn) {
        for other in connections where other.id != id {
            // RFC 4271 §6.8: with an Established connection there is no use for another.
            if other.phase != .connecting {
                send(.cease(ErrorSubcode.Cease.connectionCollisionResolution), on: other.id, &turn)
            }
            turn.actions.append(.close(other.id))
            drop(other.id, &turn)
        }
        timers.stop(.connectRetry)
        backoff.reset()
        statistics.established += 1
        restartSendHoldTimer(id, at: turn.now)
        settle(.keepalive, &turn)
    }

    private mutating func receive(
        _ notification: NotificationMessage, on connection: Connection, _ turn: inout Turn,
        _ generator: inout some RandomNumberGenerator
    ) {
        let isOpenError = notification.code == .openMessageError
        // RFC 5492 §3: a peer that knows no optional parameter "Capabilities" is asked again without it; unless that was done
        // just now, or nothing could be agreed on then.
        let isAskedAgain =
            isOpenError && notification.subcode == ErrorSubcode.OpenMessage.unsupportedOptionalParameter
            && !omitsCapabilities && state != .established && configuration.canDoWithoutCapabilities
        let isVersionError =
            isOpenError && notification.subcode == ErrorSubcode.OpenMessage.unsupportedVersionNumber
        fail(
            connection.id, nil, "received \(notification)", isVersionError ? .notificationVersionError : .notification,
            &turn, &generator)
        if isAskedAgain { omitsCapabilities = true }
    }

    /// Checks an UPDATE as RFC 7606 asks, counts it, and keeps nothing of it: this speaker imports no routes.
    private mutating func receive(update body: Span<UInt8>, _ negotiated: NegotiatedSession) throws(MessageError) {
        let context = ReceivedUpdate.Context(
            fourOctetASN: negotiated.fourOctetASN, isInternal: negotiated.isInternal)
        do throws(MessageError) {
            let update = try ReceivedUpdate(decoding: body, context: context)
            if let handling = update.handling { statistics.malformedUpdates[handling, default: 0] += 1 }
            statistics.routesIgnored += update.message.announced.count
        } catch {
            statistics.malformedUpdates[.sessionReset, default: 0] += 1
            throw error
        }
    }

    private mutating func receive(
        _ message: RouteRefreshMessage, _ negotiated: NegotiatedSession, _ turn: inout Turn
    ) {
        // RFC 2918 §4: ignored for families that were not agreed. RFC 7313 §4: the markers concern those who import.
        guard negotiated.routeRefresh, message.subtype == .request, let family = message.family.unicast,
            negotiated.families.contains(family)
        else { return }
        turn.actions.append(.sendAgain(family, isEnhanced: negotiated.enhancedRouteRefresh))
    }
}
