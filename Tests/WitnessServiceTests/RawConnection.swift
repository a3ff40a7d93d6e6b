import NIOCore
import NIOPosix
import Synchronization

/// Bytes on a socket, for saying what no proper client says.
enum RawConnection {
  /// Writes `text` and gives all that comes back until the other side closes.
  static func exchange(_ address: String, _ text: String) async throws -> String {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let gathered = Gathered()
    let parts = address.split(separator: ":")
    let channel = try await ClientBootstrap(group: group)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(Gatherer(gathered))
        }
      }
      .connect(host: String(parts[0]), port: Int(parts[1]) ?? 0).get()
    // A server may close before it has read everything; what it said before is what counts.
    try? await channel.writeAndFlush(channel.allocator.buffer(string: text)).get()
    try await channel.closeFuture.get()
    try await group.shutdownGracefully()
    return gathered.text
  }

  /// Connections that say nothing.
  struct Idle {
    fileprivate let group: MultiThreadedEventLoopGroup
    fileprivate let channels: [any Channel]

    func close() async throws {
      for channel in channels { try? await channel.close().get() }
      try await group.shutdownGracefully()
    }

    var url: String { "http://127.0.0.1:\(channels.first?.localAddress?.port ?? 0)" }
  }

  static func open(_ address: String, count: Int) async throws -> Idle {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let parts = address.split(separator: ":")
    var channels: [any Channel] = []
    for _ in 0..<count {
      channels.append(
        try await ClientBootstrap(group: group).connect(host: String(parts[0]), port: Int(parts[1]) ?? 0)
          .get())
    }
    return Idle(group: group, channels: channels)
  }

  /// A listener that never answers.
  static func listen() async throws -> Idle {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let channel = try await ServerBootstrap(group: group).bind(host: "127.0.0.1", port: 0).get()
    return Idle(group: group, channels: [channel])
  }

  private final class Gathered: Sendable {
    private let bytes = Mutex<[UInt8]>([])
    func add(_ more: [UInt8]) { bytes.withLock { $0 += more } }
    var text: String { String(decoding: bytes.withLock { $0 }, as: UTF8.self) }
  }

  private final class Gatherer: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let gathered: Gathered
    init(_ gathered: Gathered) { self.gathered = gathered }
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      gathered.add(Array(Self.unwrapInboundIn(data).readableBytesView))
    }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
  }
}
