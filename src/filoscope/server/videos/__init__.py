"""What is seen: uploads, clips and the files made of them."""
