// Holds our trees and proofs against golang.org/x/mod/sumdb, an implementation of RFC 6962 that is not ours.
//
// Reads one JSON request from standard input and writes one JSON answer:
//   leaves      leaf hashes (hex); the answer has, for every size, the root, all record proofs and all tree proofs
//   checks      tlog-proofs (text), each with a verifier key and a leaf hash; the answer says which are accepted
//   signerKey   a note signer key; the answer has a tlog-proof of the last leaf, made by sumdb
package main

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type check struct{ Proof, VerifierKey, LeafHash string }

type request struct {
	Leaves    []string
	Checks    []check
	SignerKey string
	Origin    string
}

type sized struct {
	Root    string     `json:"root"`
	Records [][]string `json:"records"`
	Trees   [][]string `json:"trees"`
}

type answer struct {
	Sizes    []sized  `json:"sizes"`
	Accepted []bool   `json:"accepted"`
	Reasons  []string `json:"reasons"`
	Made     string   `json:"made"`
}

// stored keeps the hashes of the growing tree where tlog's storage indexes say.
type stored []tlog.Hash

func (s stored) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		hashes[i] = s[index]
	}
	return hashes, nil
}

func main() {
	var in request
	must(json.NewDecoder(os.Stdin).Decode(&in))
	out := answer{}
	var storage stored
	var proof tlog.RecordProof
	var root tlog.Hash
	for n, leaf := range in.Leaves {
		hashes, err := tlog.StoredHashesForRecordHash(int64(n), parseHash(leaf), storage)
		must(err)
		storage = append(storage, hashes...)
		size := int64(n + 1)
		root, err = tlog.TreeHash(size, storage)
		must(err)
		entry := sized{Root: hex.EncodeToString(root[:])}
		for m := int64(0); m < size; m++ {
			proof, err = tlog.ProveRecord(size, m, storage)
			must(err)
			entry.Records = append(entry.Records, texts(proof))
			tree, err := tlog.ProveTree(size, m+1, storage)
			must(err)
			entry.Trees = append(entry.Trees, texts(tree))
		}
		out.Sizes = append(out.Sizes, entry)
	}
	for _, c := range in.Checks {
		err := accept(c)
		out.Accepted = append(out.Accepted, err == nil)
		out.Reasons = append(out.Reasons, fmt.Sprint(err))
	}
	if in.SignerKey != "" {
		signer, err := note.NewSigner(in.SignerKey)
		must(err)
		size := len(in.Leaves)
		signed, err := note.Sign(&note.Note{Text: fmt.Sprintf("%s\n%d\n%s\n", in.Origin, size, root)}, signer)
		must(err)
		out.Made = "c2sp.org/tlog-proof@v1\nindex " + strconv.Itoa(size-1) + "\n"
		for _, hash := range proof {
			out.Made += hash.String() + "\n"
		}
		out.Made += "\n" + string(signed)
	}
	must(json.NewEncoder(os.Stdout).Encode(out))
}

// accept verifies a tlog-proof with note.Open and tlog.CheckRecord.
func accept(c check) error {
	head, checkpoint, found := strings.Cut(c.Proof, "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return errors.New("no tlog-proof")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	if err != nil {
		return err
	}
	var path tlog.RecordProof
	for _, line := range lines[2:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return err
		}
		path = append(path, hash)
	}
	verifier, err := note.NewVerifier(c.VerifierKey)
	if err != nil {
		return err
	}
	opened, err := note.Open([]byte(checkpoint), note.VerifierList(verifier))
	if err != nil {
		return err
	}
	body := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(body[1], 10, 64)
	if err != nil {
		return err
	}
	root, err := tlog.ParseHash(body[2])
	if err != nil {
		return err
	}
	return tlog.CheckRecord(path, size, root, index, parseHash(c.LeafHash))
}

func parseHash(text string) tlog.Hash {
	raw, err := hex.DecodeString(text)
	must(err)
	hash, err := tlog.ParseHash(base64.StdEncoding.EncodeToString(raw))
	must(err)
	return hash
}

func texts(hashes []tlog.Hash) []string {
	list := make([]string, 0, len(hashes))
	for _, hash := range hashes {
		list = append(list, hex.EncodeToString(hash[:]))
	}
	return list
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
