// Command verify checks a published audit log without a line of Strongroom: signature, tree and tiles.
//
//	verify DIR VKEY
//
// It reads the tlog-tiles layout below DIR, opens the signed note with golang.org/x/mod/sumdb/note, recomputes the tree from the
// entries with golang.org/x/mod/sumdb/tlog, and compares every tile. Exit 0 and "size N root BASE64", or 1 and the reason.
//
// Hashes are computed from the entries here and never read through tlog.TileHashReader, which before v0.40.0 skips checks
// (CVE-2026-56865).
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: verify DIR VKEY")
		os.Exit(64)
	}
	tree, err := verify(os.Args[1], os.Args[2])
	if err != nil {
		fmt.Fprintln(os.Stderr, "verify:", err)
		os.Exit(1)
	}
	fmt.Printf("size %d root %s\n", tree.N, tree.Hash)
}

func verify(dir, vkey string) (tree tlog.Tree, err error) {
	tree, err = checkpoint(dir, vkey)
	if err != nil {
		return tree, err
	}
	hashes, err := storedHashes(dir, tree.N)
	if err != nil {
		return tree, err
	}
	root := tlog.Hash(sha256.Sum256(nil)) // x/mod of Debian 12 gives zeros for the empty tree
	if tree.N > 0 {
		if root, err = tlog.TreeHash(tree.N, hashes); err != nil {
			return tree, err
		}
	}
	if root != tree.Hash {
		return tree, fmt.Errorf("entries give root %s, signed is %s", root, tree.Hash)
	}
	return tree, tiles(dir, tree.N, hashes)
}

func checkpoint(dir, vkey string) (tree tlog.Tree, err error) {
	data, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	if err != nil {
		return tree, err
	}
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return tree, err
	}
	signed, err := note.Open(data, note.VerifierList(verifier))
	if err != nil {
		return tree, err
	}
	lines := strings.Split(signed.Text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return tree, fmt.Errorf("checkpoint has %d lines", len(lines)-1)
	}
	if lines[0] != verifier.Name() {
		return tree, fmt.Errorf("origin is %q, key is %q", lines[0], verifier.Name())
	}
	if _, err = fmt.Sscanf(lines[1], "%d", &tree.N); err != nil || fmt.Sprint(tree.N) != lines[1] || tree.N < 0 {
		return tree, fmt.Errorf("size is %q", lines[1])
	}
	tree.Hash, err = tlog.ParseHash(lines[2])
	return tree, err
}

// memory holds the hashes of the whole tree in the order of tlog.StoredHashIndex.
type memory []tlog.Hash

func (m memory) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var hashes []tlog.Hash
	for _, index := range indexes {
		if index >= int64(len(m)) {
			return nil, fmt.Errorf("no hash %d", index)
		}
		hashes = append(hashes, m[index])
	}
	return hashes, nil
}

// storedHashes recomputes all hashes of the first n entries from their bundles.
func storedHashes(dir string, n int64) (memory, error) {
	var hashes memory
	for start := int64(0); start < n; start += 256 {
		width := min(256, n-start)
		data, err := os.ReadFile(filepath.Join(dir, path("entries", start/256, width)))
		if err != nil {
			return nil, err
		}
		for i := int64(0); i < width; i++ {
			if len(data) < 2 || len(data)-2 < int(binary.BigEndian.Uint16(data)) {
				return nil, fmt.Errorf("bundle %d ends in entry %d", start/256, start+i)
			}
			size := int(binary.BigEndian.Uint16(data))
			more, err := tlog.StoredHashes(start+i, data[2:2+size], hashes)
			if err != nil {
				return nil, err
			}
			hashes = append(hashes, more...)
			data = data[2+size:]
		}
		if len(data) > 0 {
			return nil, fmt.Errorf("bundle %d has %d bytes too many", start/256, len(data))
		}
	}
	return hashes, nil
}

// tiles compares each tile of a tree of n entries with the hashes recomputed.
func tiles(dir string, n int64, hashes memory) error {
	for level := 0; n>>(8*level) > 0; level++ {
		count := n >> (8 * level)
		for start := int64(0); start < count; start += 256 {
			tile := tlog.Tile{H: 8, L: level, N: start / 256, W: int(min(256, count-start))}
			expected, err := tlog.ReadTileData(tile, hashes)
			if err != nil {
				return err
			}
			name := path(fmt.Sprint(level), tile.N, int64(tile.W))
			data, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				return err
			}
			if !bytes.Equal(data, expected) {
				return fmt.Errorf("%s differs from the entries", name)
			}
		}
	}
	return nil
}

// path spells a tile as C2SP tlog-tiles does; the names of x/mod are those of the Go checksum database.
func path(level string, n, width int64) string {
	name := fmt.Sprintf("%03d", n%1000)
	for n >= 1000 {
		n /= 1000
		name = fmt.Sprintf("x%03d/%s", n%1000, name)
	}
	if width < 256 {
		name += fmt.Sprintf(".p/%d", width)
	}
	return "tile/" + level + "/" + name
}

func min(a, b int64) int64 {
	if a < b {
		return a
	}
	return b
}
