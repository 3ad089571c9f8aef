"""From the bytes of an uploaded picture to white ink on black, ready for MNIST's form."""
