import NIOCore

/// Says when a connection is there and its client is known, which the initializer of a channel does not know yet.
final class ConnectionAdmission: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let admit: (any Channel) -> Void

    init(_ admit: @escaping (any Channel) -> Void) { self.admit = admit }

    func channelActive(context: ChannelHandlerContext) {
        admit(context.channel)
        context.fireChannelActive()
    }
}
