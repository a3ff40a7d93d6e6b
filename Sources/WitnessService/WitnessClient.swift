import NIOCore
import NIOHTTP1
import NIOPosix

/// Asks one witness to cosign: one connection a request, plain HTTP.
package struct WitnessClient: Sendable {
  /// Bytes of an answer that are read at most; a hundred cosignatures fit.
  package static let answerBytes = 64 * 1024

  private let url: WitnessURL
  private let seconds: Int

  /// - Parameter seconds: for the whole exchange, connecting included.
  package init(_ url: WitnessURL, seconds: Int = 15) {
    self.url = url
    self.seconds = seconds
  }

  /// What came back, not yet understood.
  package struct Answer: Hashable, Sendable {
    package let status: Int
    package let contentType: String?
    package let body: [UInt8]
  }

  /// Sends one body to `add-checkpoint`.
  ///
  /// - Throws: `.unreachable`, `.timedOut`, `.answerTooLarge`, `.answerMalformed`.
  package func post(_ body: [UInt8]) async throws(WitnessError) -> Answer {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let result = await post(body, on: group)
    try? await group.shutdownGracefully()
    return try result.get()
  }

  private func post(
    _ body: [UInt8], on group: MultiThreadedEventLoopGroup
  ) async -> Result<Answer, WitnessError> {
    let promise = group.next().makePromise(of: Answer.self)
    let url = url
    let seconds = seconds
    let bootstrap = ClientBootstrap(group: group).connectTimeout(.seconds(Int64(seconds))).channelInitializer
    { channel in
      channel.eventLoop.makeCompletedFuture {
        let pipeline = channel.pipeline.syncOperations
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = 16 * 1024
        limits.maxHeaderListSize = 16 * 1024
        limits.maxHeaderFieldCount = 64
        try pipeline.addHandler(HTTPRequestEncoder())
        try pipeline.addHandler(
          ByteToMessageHandler(
            HTTPResponseDecoder(leftOverBytesStrategy: .dropBytes, limitConfiguration: limits)))
        try pipeline.addHandler(AnswerHandler(url: url, body: body, seconds: seconds, promise: promise))
      }
    }
    bootstrap.connect(host: url.host, port: url.port).whenFailure { promise.fail($0) }
    do {
      return .success(try await promise.futureResult.get())
    } catch let error as WitnessError {
      return .failure(error)
    } catch {
      return .failure(.unreachable(url.description))
    }
  }
}

/// Writes the request when connected and gathers the answer. Fulfils its promise exactly once. Belongs to its event loop.
private final class AnswerHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPClientResponsePart
  typealias OutboundOut = HTTPClientRequestPart

  private let url: WitnessURL
  private let request: [UInt8]
  private let seconds: Int
  private let promise: EventLoopPromise<WitnessClient.Answer>
  private var head: HTTPResponseHead?
  private var body: [UInt8] = []
  private var deadline: Scheduled<Void>?
  private var isDone = false

  init(url: WitnessURL, body: [UInt8], seconds: Int, promise: EventLoopPromise<WitnessClient.Answer>) {
    self.url = url
    request = body
    self.seconds = seconds
    self.promise = promise
  }

  func channelActive(context: ChannelHandlerContext) {
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    deadline = context.eventLoop.scheduleTask(in: .seconds(Int64(seconds))) {
      let (handler, context) = bound.value
      handler.finish(.failure(.timedOut(seconds: handler.seconds)), context)
    }
    let headers = HTTPHeaders([
      ("Host", url.authority), ("Content-Type", "text/plain; charset=utf-8"),
      ("Content-Length", String(request.count)), ("Connection", "close"),
    ])
    let head = HTTPRequestHead(
      version: .http1_1, method: .POST, uri: url.prefix + "/add-checkpoint", headers: headers)
    context.write(Self.wrapOutboundOut(.head(head)), promise: nil)
    context.write(
      Self.wrapOutboundOut(.body(.byteBuffer(context.channel.allocator.buffer(bytes: request)))), promise: nil
    )
    context.writeAndFlush(Self.wrapOutboundOut(.end(nil)), promise: nil)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch Self.unwrapInboundIn(data) {
    case .head(let head): self.head = head
    case .body(let piece):
      guard body.count + piece.readableBytes <= WitnessClient.answerBytes else {
        return finish(.failure(.answerTooLarge(limitBytes: WitnessClient.answerBytes)), context)
      }
      body += Array(piece.readableBytesView)
    case .end:
      guard let head else { return finish(.failure(.answerMalformed), context) }
      finish(
        .success(
          WitnessClient.Answer(
            status: Int(head.status.code), contentType: head.headers.first(name: "content-type"), body: body)),
        context)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    finish(.failure(.unreachable(url.description)), context)
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    finish(.failure(error is HTTPParserError ? .answerMalformed : .unreachable(url.description)), context)
  }

  private func finish(_ result: Result<WitnessClient.Answer, WitnessError>, _ context: ChannelHandlerContext)
  {
    guard !isDone else { return }
    isDone = true
    deadline?.cancel()
    switch result {
    case .success(let answer): promise.succeed(answer)
    case .failure(let error): promise.fail(error)
    }
    context.close(promise: nil)
  }
}
