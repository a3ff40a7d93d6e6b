import TransparencyLog

/// What a witness says to one request, before it is put into HTTP. Status codes are those of C2SP tlog-witness.
package enum WitnessAnswer: Hashable, Sendable {
  /// Signature lines, each with its newline.
  case cosigned(String)
  case malformed
  case sizesOutOfOrder
  case unknownLog
  case untrusted
  /// The request starts at another size than the one cosigned last, which is this.
  case otherSize(UInt64)
  /// Well signed, and not an extension of what was cosigned last.
  case otherHistory(size: UInt64, sameSize: Bool)
  /// The log has ended a key's epoch in between: its closing checkpoint comes first.
  case closingFirst(UInt64)

  /// A request that does not parse.
  init(malformed error: TransparencyLogError) {
    switch error {
    // A line that is no signature line (another form of base64, say) is a signature that does not verify.
    case .noteMalformed(.signatureLine): self = .untrusted
    default: self = .malformed
    }
  }

  /// A request that parses and is not followed.
  ///
  /// - Parameter remembered: size cosigned last, 0 for none.
  init(refusing error: TransparencyLogError, remembered: UInt64) {
    switch error {
    case .sizesOutOfOrder: self = .sizesOutOfOrder
    case .proofStartsElsewhere, .rolledBack: self = .otherSize(remembered)
    case .forked: self = .otherHistory(size: remembered, sameSize: true)
    case .consistencyRejected: self = .otherHistory(size: remembered, sameSize: false)
    case .closingNotPassed(let closing, _): self = .closingFirst(closing)
    default: self = .untrusted
    }
  }

  package var status: Int {
    switch self {
    case .cosigned: 200
    case .malformed, .sizesOutOfOrder: 400
    case .untrusted: 403
    case .unknownLog: 404
    case .otherSize, .otherHistory(_, sameSize: true): 409
    case .otherHistory(_, sameSize: false), .closingFirst: 422
    }
  }

  package var contentType: String {
    switch self {
    case .otherSize, .otherHistory(_, sameSize: true): Self.sizeType
    default: "text/plain; charset=utf-8"
    }
  }

  package var body: String {
    switch self {
    case .cosigned(let lines): lines
    case .malformed: "not an add-checkpoint request\n"
    case .sizesOutOfOrder: "the old size is larger than the checkpoint's\n"
    case .unknownLog: "unknown log\n"
    case .untrusted: "invalid signature\n"
    // In the second case too: whoever asked from this very size then knows that it is the root that differs.
    case .otherSize(let size), .otherHistory(let size, sameSize: true): "\(size)\n"
    case .otherHistory(_, sameSize: false): "the consistency proof does not verify\n"
    case .closingFirst(let size): "the log's key changed at size \(size): that checkpoint comes first\n"
    }
  }

  static let sizeType = "text/x.tlog.size"
}
