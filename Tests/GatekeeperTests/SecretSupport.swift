import StrongroomCrypto

func secret(_ text: String) -> SecretBytes { secret(Array(text.utf8)) }

func secret(_ bytes: [UInt8]) -> SecretBytes { SecretBytes.copying(bytes.span.bytes) }
