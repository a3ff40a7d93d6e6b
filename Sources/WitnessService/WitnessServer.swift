import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import VaultStore

/// Serves a witness over HTTP/1.1: `POST /add-checkpoint`, one request a connection.
///
/// No TLS: what is said is public and signed. Elsewhere than on a loopback or private network, put it behind a reverse proxy or a
/// VPN. One thread reads and writes sockets; the witness itself is asked one request at a time.
package final class WitnessServer: Sendable {
  /// Where it listens, with the port that the system chose if that was left to it.
  package let address: String

  private let group: MultiThreadedEventLoopGroup
  private let channel: any Channel
  private let desk: WitnessDesk

  private init(group: MultiThreadedEventLoopGroup, channel: any Channel, address: String, desk: WitnessDesk) {
    self.group = group
    self.channel = channel
    self.address = address
    self.desk = desk
  }

  /// Listens from now on.
  ///
  /// - Parameter report: told what kept the witness from answering, as it happens.
  /// - Throws: `.cannotListen`.
  package static func start(
    _ witness: Witness, on address: ListenAddress, limits: WitnessLimits = WitnessLimits(),
    report: @escaping @Sendable (WitnessError) -> Void = { _ in }
  ) async throws(WitnessError) -> WitnessServer {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let desk = WitnessDesk(witness: witness, limits: limits, report: report)
    let bootstrap = ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: Int32(limits.connections))
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try addHandlers(to: channel.pipeline.syncOperations, desk)
        }
      }
    do {
      let channel = try await bootstrap.bind(host: address.host, port: address.port).get()
      desk.stopsBy { channel.close(promise: nil) }
      let bound = ListenAddress(address, port: channel.localAddress?.port ?? address.port)
      return WitnessServer(group: group, channel: channel, address: bound.description, desk: desk)
    } catch {
      try? await group.shutdownGracefully()
      throw .cannotListen(address.description)
    }
  }

  private static func addHandlers(
    to pipeline: ChannelPipeline.SynchronousOperations, _ desk: WitnessDesk
  ) throws {
    var limits = NIOHTTPDecoderLimitConfiguration()
    limits.maxHeaderFieldSize = desk.limits.headerBytes
    limits.maxHeaderListSize = desk.limits.headerBytes
    limits.maxHeaderFieldCount = desk.limits.headerFields
    try pipeline.addHandler(ByteLimitHandler(limit: desk.limits.headerBytes + desk.limits.bodyBytes))
    try pipeline.addHandler(HTTPResponseEncoder())
    try pipeline.addHandler(
      ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes, limitConfiguration: limits)))
    try pipeline.addHandler(WitnessHandler(desk: desk))
  }

  /// Returns when the server has been stopped.
  ///
  /// - Throws: what made the witness stop by itself: a disk that may not keep what it was given.
  package func waitUntilClosed() async throws(WitnessError) {
    do {
      try await channel.closeFuture.get()
      try await group.shutdownGracefully()
    } catch {
      throw .cannotListen(address)
    }
    if let error = desk.failure { throw error }
  }

  /// Stops listening; answers under way are cut off.
  package func stop() { channel.close(promise: nil) }
}

/// What all connections share: the witness, the limits, and how to stop.
final class WitnessDesk: Sendable {
  let limits: WitnessLimits
  private let witness: Witness
  private let report: @Sendable (WitnessError) -> Void
  private let shared = Mutex(Shared())

  private struct Shared {
    var connections = 0
    var failure: WitnessError?
    var stop: (@Sendable () -> Void)?
  }

  init(witness: Witness, limits: WitnessLimits, report: @escaping @Sendable (WitnessError) -> Void) {
    self.witness = witness
    self.limits = limits
    self.report = report
  }

  var failure: WitnessError? { shared.withLock { $0.failure } }

  func stopsBy(_ stop: @escaping @Sendable () -> Void) { shared.withLock { $0.stop = stop } }

  /// False when there are as many connections as there may be; every true needs a `leave`.
  func enter() -> Bool {
    shared.withLock { shared in
      guard shared.connections < limits.connections else { return false }
      shared.connections += 1
      return true
    }
  }

  func leave() { shared.withLock { $0.connections -= 1 } }

  func reply(to body: [UInt8]) async -> HTTPReply {
    do throws(WitnessError) {
      return HTTPReply(try await witness.answer(body))
    } catch {
      report(error)
      switch error {
      case .store(.busy): return .unavailable
      case .store(.stopped):
        // Nobody can say what the disk holds now, so nothing more may be promised.
        let stop = shared.withLock { shared in
          shared.failure = error
          return shared.stop
        }
        stop?()
        return .failed
      default: return .failed
      }
    }
  }
}

/// What goes back over a connection.
struct HTTPReply: Hashable, Sendable {
  var status: Int
  var contentType = "text/plain; charset=utf-8"
  var body: String
  var allow: String?

  init(status: Int, body: String, allow: String? = nil) {
    self.status = status
    self.body = body
    self.allow = allow
  }

  init(_ answer: WitnessAnswer) {
    status = answer.status
    contentType = answer.contentType
    body = answer.body
  }

  static let badRequest = HTTPReply(status: 400, body: "not an HTTP request that is understood here\n")
  static let notFound = HTTPReply(status: 404, body: "there is only add-checkpoint here\n")
  static let notPosted = HTTPReply(status: 405, body: "add-checkpoint is for POST\n", allow: "POST")
  static let tooLarge = HTTPReply(status: 413, body: "the request is larger than this witness reads\n")
  static let headersTooLarge = HTTPReply(
    status: 431, body: "the headers are larger than this witness reads\n")
  static let failed = HTTPReply(status: 500, body: "the witness could not answer\n")
  static let unavailable = HTTPReply(status: 503, body: "the witness is busy: try again\n")
}
