# Everything here is a short script under scripts/; continuous integration calls the same ones.
# Options go through ARGS: make run ARGS="--port 9000", make test ARGS="tests/unit -k ack".

.PHONY: run test chaos lint format bench docs lock clean

run test chaos lint format bench docs lock clean:
	@scripts/$@ $(ARGS)
