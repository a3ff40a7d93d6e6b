import NIOCore
import NIOHTTP1

/// One connection: reads one request within the limits, asks the witness, writes the answer, closes. Belongs to its event loop.
final class WitnessHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private enum State {
    case head
    case body(ByteBuffer)
    /// The answer is being made or was written; whatever else comes is dropped.
    case done
  }

  private let desk: WitnessDesk
  private var state = State.head
  private var isCounted = false
  private var deadline: Scheduled<Void>?

  init(desk: WitnessDesk) { self.desk = desk }

  func channelActive(context: ChannelHandlerContext) {
    isCounted = desk.enter()
    guard isCounted else {
      context.close(promise: nil)
      return
    }
    let channel = context.channel
    deadline = context.eventLoop.scheduleTask(in: .seconds(desk.limits.seconds)) {
      channel.close(promise: nil)
    }
    context.fireChannelActive()
  }

  func channelInactive(context: ChannelHandlerContext) {
    deadline?.cancel()
    if isCounted { desk.leave() }
    isCounted = false
    state = .done
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch (Self.unwrapInboundIn(data), state) {
    case (.head(let head), .head): begin(head, context)
    case (.body(var piece), .body(var body)):
      guard body.readableBytes + piece.readableBytes <= desk.limits.bodyBytes else {
        write(.tooLarge, context)
        return
      }
      body.writeBuffer(&piece)
      state = .body(body)
    case (.end, .body(let body)): ask(body, context)
    default: break
    }
  }

  /// The parser's errors and the byte limit's. Behind an answer that is under way nothing more is said.
  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if case .done = state {
      context.close(promise: nil)
    } else if let error = error as? HTTPParserError, error == .headerOverflow {
      write(.headersTooLarge, context)
    } else if error is ByteLimitHandler.Exceeded {
      if case .body = state { write(.tooLarge, context) } else { write(.headersTooLarge, context) }
    } else {
      write(.badRequest, context)
    }
  }

  private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    guard head.uri == "/add-checkpoint" else { return write(.notFound, context) }
    guard head.method == .POST else { return write(.notPosted, context) }
    if let length = head.headers.first(name: "content-length").flatMap({ Int($0) }),
      length > desk.limits.bodyBytes
    {
      return write(.tooLarge, context)
    }
    state = .body(context.channel.allocator.buffer(capacity: 2048))
  }

  private func ask(_ body: ByteBuffer, _ context: ChannelHandlerContext) {
    state = .done
    let bytes = Array(body.readableBytesView)
    let desk = desk
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    context.eventLoop.makeFutureWithTask { await desk.reply(to: bytes) }.whenSuccess { reply in
      let (handler, context) = bound.value
      handler.write(reply, context)
    }
  }

  private func write(_ reply: HTTPReply, _ context: ChannelHandlerContext) {
    state = .done
    guard context.channel.isActive else { return }
    var headers = HTTPHeaders([
      ("Content-Type", reply.contentType), ("Content-Length", String(reply.body.utf8.count)),
      ("Connection", "close"),
    ])
    if let allow = reply.allow { headers.add(name: "Allow", value: allow) }
    let head = HTTPResponseHead(
      version: .http1_1, status: HTTPResponseStatus(statusCode: reply.status), headers: headers)
    context.write(Self.wrapOutboundOut(.head(head)), promise: nil)
    context.write(
      Self.wrapOutboundOut(.body(.byteBuffer(context.channel.allocator.buffer(string: reply.body)))),
      promise: nil)
    let channel = context.channel
    context.writeAndFlush(Self.wrapOutboundOut(.end(nil))).whenComplete { _ in
      // Only our half: closing both while the sender is still writing would reset the connection and the answer with it. The
      // deadline closes the rest.
      channel.close(mode: .output, promise: nil)
    }
  }
}

/// Ends a connection that sends more than a request may have, however it is cut into lines and fields.
final class ByteLimitHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  struct Exceeded: Error {}

  private let limit: Int
  private var count = 0

  init(limit: Int) { self.limit = limit }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let before = count
    count += Self.unwrapInboundIn(data).readableBytes
    if count <= limit {
      context.fireChannelRead(data)
    } else if before <= limit {
      context.fireErrorCaught(Exceeded())
    }
  }
}
