/// The events of RFC 4271 §8.1 that happen here, with their numbers. They explain transitions.
package enum SessionEvent: String, Hashable, Sendable, CaseIterable, CustomStringConvertible {
    case manualStart = "ManualStart"  // 1
    case manualStop = "ManualStop"  // 2
    case automaticStart = "AutomaticStart"  // 3
    case automaticStop = "AutomaticStop"  // 8
    case connectRetryTimerExpires = "ConnectRetryTimer_Expires"  // 9
    case holdTimerExpires = "HoldTimer_Expires"  // 10
    case keepaliveTimerExpires = "KeepaliveTimer_Expires"  // 11
    case idleHoldTimerExpires = "IdleHoldTimer_Expires"  // 13
    case tcpConnectionRequestAcknowledged = "Tcp_CR_Acked"  // 16
    case tcpConnectionConfirmed = "TcpConnectionConfirmed"  // 17
    case tcpConnectionFails = "TcpConnectionFails"  // 18
    case bgpOpen = "BGPOpen"  // 19
    case bgpHeaderError = "BGPHeaderErr"  // 21
    case bgpOpenMessageError = "BGPOpenMsgErr"  // 22
    case openCollisionDump = "OpenCollisionDump"  // 23
    case notificationVersionError = "NotifMsgVerErr"  // 24
    case notification = "NotifMsg"  // 25
    case keepalive = "KeepAliveMsg"  // 26
    case update = "UpdateMsg"  // 27
    case updateMessageError = "UpdateMsgErr"  // 28
    case routeRefresh = "RouteRefreshMsg"  // RFC 2918
    case sendHoldTimerExpires = "SendHoldTimer_Expires"  // RFC 9687, 29

    package var description: String { rawValue }

    /// The event that a message of this type is.
    init?(receiving type: MessageType) {
        switch type {
        case .open: self = .bgpOpen
        case .update: self = .update
        case .notification: self = .notification
        case .keepalive: self = .keepalive
        case .routeRefresh: self = .routeRefresh
        default: return nil
        }
    }
}
