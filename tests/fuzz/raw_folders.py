"""A small well-formed folder of every format, as file names and contents."""

FOLDERS = {
    "lines": {
        "train_raw_texts.txt": b"Cats and dogs\nbirds, 1998\n\n",
        "train_labels.txt": b"cat dog\nbird\n\n",
        "train_ids.txt": b"d0\nd1\nd2\n",
        "test_texts.txt": b"fish\n",
        "test_labels.txt": "pêche\n".encode(),
    },
    "jsonl": {
        "train.jsonl": (
            b'{"id": "a", "text": "Cats \\ud83d\\ude00", "labels": ["cat"]}\n'
            b'{"id": 7, "text": "dogs", "labels": "dog pet"}\n'
        ),
        "test.jsonl": b'{"text": "", "labels": []}\n',
    },
    "csv": {
        "train.csv": (
            b"id,text,labels\r\n"
            b'a,"Cats, ""and"" \n dogs",cat dog\r\n'
            b"b,birds,\r\n"
        ),
        "test.csv": b"text,labels\nfish,fish pet\n",
    },
    "rcv1": {
        "lyrl2004_tokens_train.dat": (
            b".I 2286\n.W\nrecov recov\nbring mexic\n\n.I 2287\n.W\nuruguay\n\n"
        ),
        "rcv1-v2.topics.qrels": b"E11 2286 1\nECAT 2286 1\nGCAT 26151 1\n",
        **{
            f"lyrl2004_tokens_test_pt{part}.dat": (
                b".I 2615%d\n.W\nspecul\n\n" % part
            )
            for part in range(4)
        },
    },
    "eurlex": {
        "eurlex_tokenstring.arff": (
            b"@relation eurlex\n\n"
            b"@attribute DOC_ID numeric\n@attribute text string\n\n"
            b"@data\n1,'council \\'s decis 1998'\n% remark\n2,word\n"
        ),
        "id2class_eurlex_eurovoc.qrels": b"fish 1 1\ntrade 2 1\nfish 2 1\n",
        "test_ids.txt": b"2\n",
    },
    "xmc_text": {
        "trn.json": (
            b'{"uid": "01", "title": "Tutu", "content": "3 layers", '
            b'"target_ind": [0, 2], "target_rel": [1.0, 0.5]}\n'
            b'{"uid": "02", "title": "", "content": "", "target_ind": []}\n'
        ),
        "lbl.json": (
            b'{"uid": "L0", "title": "Dance"}\n'
            b'{"uid": "L1", "title": "Dance"}\n'
            b'{"uid": "L2", "title": "Toys"}\n'
        ),
    },
    "xmc_sparse": {
        "train.txt": b"3 50 4\n2,0 0:1 5:0.25\n 3:1e-2 49:7\n1\n",
        "test.txt": b"1 50 4\n3 4:3 1:-2.5\n",
        "Yf.txt": b"zero\none\ntwo\nthree\n",
    },
    "lshtc": {
        "train.csv": (
            b"Data\n314523, 165538, 416827 1250536:1 634175:2\n21631 8:2.0\n"
        ),
        "test.csv": b"Data\n0 1:1\n7 2:1\n",
    },
}

# Formats whose files may be compressed.
WITH_GZIP = ("jsonl", "rcv1", "eurlex", "xmc_text", "xmc_sparse", "lshtc")
